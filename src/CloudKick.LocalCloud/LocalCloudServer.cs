using System.Net;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudKick.LocalCloud;

/// <summary>
/// AWS IoT Core as a terminal and a relay see it, on one machine: one TLS port that chooses by ALPN between MQTT
/// (<c>x-amzn-mqtt-ca</c>) and the HTTPS API (<c>x-amzn-http-ca</c>, <c>http/1.1</c> or none). In memory; what it holds is
/// gone when it is disposed, except its certificate authority. Thread safe.
/// </summary>
public sealed class LocalCloudServer : IAsyncDisposable
{
    // How much too long a body may be and still get an answer.
    private const int ReadInVain = 1024 * 1024;

    private readonly LocalCloudOptions _options;
    private readonly CertificateAuthority _authority;
    private readonly X509Certificate2 _serverCertificate;
    private readonly TlsPolicy _tls;
    private readonly MqttOrHttp _handler;
    private readonly CloudApi _api;
    private readonly CloudCredentials _credentials;
    private readonly ControlToken _controlToken;
    private readonly ControlSurface _controlSurface;
    private readonly Housekeeping _housekeeping;
    private readonly Broker _broker;
    private readonly ILoggerFactory _loggerFactory;
    private readonly SemaphoreSlim _switching = new(1, 1);
    private Listener? _listener;
    private PortReservation? _reservation;

    private LocalCloudServer(LocalCloudOptions options, ILoggerFactory loggerFactory, TimeProvider timeProvider)
    {
        _options = options;
        _loggerFactory = loggerFactory;
        var logger = loggerFactory.CreateLogger<LocalCloudServer>();

        // Certificates live by the real clock, because TLS judges them by it.
        _authority = CertificateAuthority.Open(options.DataDirectory);
        _serverCertificate = _authority.OpenServerCertificate();
        Registry = new Registry(new RegistrySettings(new Arns(options.Region, options.AccountId), options.PolicyDelay), _authority, timeProvider);
        DefaultResources.AddTo(Registry, options.Policies);
        Registry.CertificateEnded = EndConnections;
        _tls = new TlsPolicy(_authority.Certificate, _serverCertificate, options.RequireServerNameIndication, logger);
        _broker = new Broker(options.Limits, new Authorizer(Registry.Arns, timeProvider), new ProvisioningByClaim(Registry, timeProvider), options.Quotas, timeProvider);
        _handler = new MqttOrHttp(_broker, Registry, timeProvider, logger);
        _credentials = CloudCredentials.Open(options.DataDirectory);
        _api = CreateApi(logger, timeProvider);
        _housekeeping = new Housekeeping(_broker, timeProvider, logger);
        Control = new LocalCloudControl(_broker, this);
        _controlToken = ControlToken.Open(options.DataDirectory);
        _controlSurface = new ControlSurface(Control, _controlToken, logger);
    }

    /// <summary>The TCP port that is listened on.</summary>
    public int Port { get; private set; }

    /// <summary>Full path of the certificate (PEM) that clients must trust.</summary>
    public string CaFile => _authority.CaFile;

    /// <summary>
    /// Full path of the file with LocalCloud's own identities in AWS's shared credentials format: profile <c>default</c>, the
    /// operator, may do everything.
    /// </summary>
    public string CredentialsFile => _credentials.FullPath;

    /// <summary>
    /// Full path of the file with the bearer token of the control surface, which is <see cref="Control"/> over HTTPS, under
    /// <c>/_localcloud/</c> on <see cref="Port"/>. A secret.
    /// </summary>
    public string ControlTokenFile => _controlToken.FullPath;

    /// <summary>What tests and experiments observe and order.</summary>
    public LocalCloudControl Control { get; }

    /// <summary>Things, certificates, policies: what the control plane's calls read and change.</summary>
    internal Registry Registry { get; }

    /// <summary>Starts LocalCloud; when this returns, clients can connect.</summary>
    /// <param name="options">Where to listen and where the certificate authority is.</param>
    /// <param name="loggerFactory">Event ids 2000–2999; no logs by default.</param>
    /// <param name="timeProvider">Time for keep-alives, expiries and delays; the system's by default.</param>
    /// <param name="cancellationToken">Stops the start.</param>
    /// <exception cref="IOException">The port is taken, or the data directory cannot be used.</exception>
    public static async Task<LocalCloudServer> StartAsync(
        LocalCloudOptions options, ILoggerFactory? loggerFactory = null, TimeProvider? timeProvider = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        var server = new LocalCloudServer(options, loggerFactory ?? NullLoggerFactory.Instance, timeProvider ?? TimeProvider.System);
        try
        {
            await server.ListenAsync(options.Port, cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Creates a key pair and a certificate for a thing: a terminal's id, or <c>relay</c> for the relay. A thing may have
    /// several certificates; all are known at once, also those that another process issues from the same data directory.
    /// </summary>
    /// <exception cref="ArgumentException">The name is not 1–128 of <c>A–Z a–z 0–9 : _ -</c>.</exception>
    public DeviceCertificate IssueDeviceCertificate(string thingName) => _authority.IssueDeviceCertificate(thingName);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _housekeeping.DisposeAsync();
        await StopListeningAsync(CloseCause.ShuttingDown);
        await _broker.Faults.DisposeAsync();
        _reservation?.Dispose();
        _serverCertificate.Dispose();
        _authority.Dispose();
        _switching.Dispose();
    }

    /// <summary>Closes the port, which stays taken, and all connections. The broker keeps its sessions.</summary>
    internal async Task GoDownAsync()
    {
        await _switching.WaitAsync();
        try
        {
            await StopListeningAsync(CloseCause.ConnectionLost);
            _reservation ??= PortReservation.Take(new IPEndPoint(_options.Address, Port));
        }
        finally
        {
            _switching.Release();
        }
    }

    internal async Task ComeBackAsync(CancellationToken cancellationToken)
    {
        await _switching.WaitAsync(cancellationToken);
        try
        {
            if (_listener is null) await ListenAsync(Port, cancellationToken);
            _reservation?.Dispose();
            _reservation = null;
        }
        finally
        {
            _switching.Release();
        }
    }

    private CloudApi CreateApi(ILogger logger, TimeProvider timeProvider)
    {
        CloudIdentity[] identities =
        [
            _credentials.Identity(CloudCredentials.OperatorProfile, "operator", policyDocument: null),
            _credentials.Identity(CloudCredentials.RelayProfile, "relay", DefaultResources.Read("relay-role.json", Registry.Arns)),
            .. _options.Identities,
        ];
        var callers = new SignedCallers(identities, _options.Region, timeProvider);
        var gate = new ApiGate(_broker.Authorization, Registry.Arns);
        ApiOperation[] operations =
        [
            .. new MessageOperations(_broker, gate, timeProvider).Operations,
            .. new ConnectionOperations(_broker, gate).Operations,
            .. new RetainedOperations(_broker, gate).Operations,
            .. new EndpointOperations(() => $"localhost:{Port}", gate).Operations,
            .. new ThingOperations(Registry, _broker, gate).Operations,
            .. new CertificateOperations(Registry, gate).Operations,
            .. new PolicyOperations(Registry, gate).Operations,
            .. new AttachmentOperations(Registry, gate).Operations,
            .. new ProvisioningOperations(Registry, gate).Operations,
        ];
        return new CloudApi(operations, callers, new MqttOverWebSockets(_broker, callers, timeProvider, logger), _options.Limits, logger);
    }

    private Task HandleHttpAsync(HttpContext context) =>
        context.Request.Path.StartsWithSegments(ControlSurface.Path, out var rest) ? _controlSurface.HandleAsync(context, rest) : _api.HandleAsync(context);

    private async Task ListenAsync(int port, CancellationToken cancellationToken)
    {
        _broker.Resume();
        _listener = await Listener.StartAsync(
            new IPEndPoint(_options.Address, port), _tls.ToKestrel(_options.Limits.HandshakeTimeout), _handler.HandleAsync,
            HandleHttpAsync, _options.Limits.MaximumPayload + ReadInVain, _loggerFactory, cancellationToken);
        Port = _listener.Port;
        BrokerLog.Listening(_loggerFactory.CreateLogger<LocalCloudServer>(), _options.Address.ToString(), Port, CaFile);
    }

    /// <summary>A certificate was deactivated: unless that is to take its time, its connections end now.</summary>
    private void EndConnections(string certificateId)
    {
        foreach (var connection in _broker.Connections())
            if (connection.Identity.Client.CertificateId == certificateId) connection.CheckDeadlines();
    }

    /// <param name="cause">What clients are told; <see cref="CloseCause.ConnectionLost"/> cuts them off.</param>
    private async Task StopListeningAsync(CloseCause cause)
    {
        if (_listener is null) return;
        using var patience = new CancellationTokenSource();
        var stopping = _listener.StopAsync(patience.Token);
        _broker.Stop(cause);
        patience.CancelAfter(cause == CloseCause.ConnectionLost ? TimeSpan.Zero : _options.Limits.CloseTimeout);
        await stopping;
        await _listener.DisposeAsync();
        _listener = null;
    }
}
