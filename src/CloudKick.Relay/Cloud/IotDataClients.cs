using CloudKick.AwsIot.Data;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Cloud;

/// <summary>
/// AWS IoT Core's HTTPS data API: one client for each way of signing in, made when it is first used, for all who call it. Nothing is
/// repeated by itself, for a kick's attempts are counted elsewhere, and callers bring their own deadline. Thread-safe.
/// </summary>
internal sealed class IotDataClients : IDisposable
{
    // A port that speaks MQTT alone; HTTPS is on 443 then.
    private const int MqttPort = 8883;

    // Beyond any caller's deadline.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(20);

    private readonly PublishingOptions _publishing;
    private readonly AwsClients _clients;
    private readonly RelayCertificate _certificate;
    private readonly Lazy<AmazonIotDataClient> _signing;
    private readonly Lock _lock = new();
    private AmazonIotDataClient? _certified;
    private AmazonIotDataClient? _retired;
    private int _version;

    public IotDataClients(
        IOptions<PublishingOptions> publishing, IOptions<AwsOptions> aws, IOptions<RelayMqttOptions> mqtt, AwsClients clients, RelayCertificate certificate)
    {
        (_publishing, _clients, _certificate) = (publishing.Value, clients, certificate);
        Endpoint = EndpointOf(aws.Value, mqtt.Value);
        _signing = new(() => Create(clients.Configure(new AmazonIotDataConfig(), Endpoint)));
    }

    /// <summary>Where it is, for the operator.</summary>
    public string Endpoint { get; }

    /// <summary>Signs requests with the credentials of the SDK's chain.</summary>
    /// <exception cref="InvalidOperationException"><see cref="AwsClients.IsConfigured"/> is false.</exception>
    public IAmazonIotData Signing => _signing.Value;

    /// <summary>The client that kicks go with. Asked for each of them: with a renewed certificate it is another one.</summary>
    public IAmazonIotData ForKicks => _publishing.Authentication is DataAuthentication.Certificate ? Certified() : _signing.Value;

    public void Dispose()
    {
        if (_signing.IsValueCreated)
            _signing.Value.Dispose();
        _certified?.Dispose();
        _retired?.Dispose();
    }

    /// <summary>As in the settings; else the data endpoint of MQTT, which is the same in AWS. Empty when neither is set.</summary>
    internal static string EndpointOf(AwsOptions aws, RelayMqttOptions mqtt) =>
        aws.DataEndpoint ?? (mqtt.Host.Length == 0 || mqtt.Port is 443 or MqttPort ? mqtt.Host : $"{mqtt.Host}:{mqtt.Port}");

    private AmazonIotDataClient Create(AmazonIotDataConfig config)
    {
        config.MaxErrorRetry = 0;
        // A connection that ended without an answer may have brought the request: the SDK would take it for a stale one, and ask again.
        config.MaxStaleConnectionRetries = 0;
        config.Timeout = Timeout;
        config.MaxConnectionsPerServer = _publishing.MaximumRequests;
        return new AmazonIotDataClient(config);
    }

    // Connections are of the certificate that they were made with, which may be retired soon after a renewal: a new one begins with new ones.
    private AmazonIotDataClient Certified()
    {
        lock (_lock)
        {
            var version = _certificate.Version;
            if (_certified is not null && version == _version)
                return _certified;
            // What is under way on the old one comes to its end.
            _retired?.Dispose();
            (_retired, _certified, _version) = (_certified, Create(WithCertificate()), version);
            return _certified;
        }
    }

    private AmazonIotDataConfig WithCertificate() => new()
    {
        ServiceURL = AwsEndpoint.Parse(Endpoint)!.GetLeftPart(UriPartial.Authority),
        ClientCertificate = () => _certificate.Current.Certificate
            ?? throw new InvalidOperationException($"{RelayMqttOptions.Section}:{nameof(RelayMqttOptions.CertificateFile)} is not set."),
        ClientCertificateChain = _certificate.Current.Intermediates,
        TrustedRoots = _clients.Roots ?? _certificate.Current.Roots,
    };
}
