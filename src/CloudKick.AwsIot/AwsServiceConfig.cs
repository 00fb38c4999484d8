using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;
using Amazon.Util.Internal;
using CloudKick.AwsIot.Protocol;
using CloudKick.AwsIot.Tls;

namespace CloudKick.AwsIot;

/// <summary>
/// What all clients here can be told: region or <c>ServiceURL</c>, timeouts, retries (<c>MaxErrorRetry</c>, <c>MaxStaleConnectionRetries</c>) and
/// the rest of <see cref="ClientConfig"/>, and whom to trust. Set it before the client is made; not safe for concurrent changes.
/// </summary>
/// <remarks>
/// With a <c>ServiceURL</c> whose host says no region, set <c>AuthenticationRegion</c>: signatures name one. Credentials come from the SDK's
/// chain (environment, web identity, profile, container, instance) unless the client is given some.
/// </remarks>
public abstract class AwsServiceConfig : ClientConfig
{
    private const string LibraryVersion = "0.1.0";

    /// <summary>AWS's recommended values (<c>AWS_DEFAULTS_MODE</c> chooses): how long a connection may take to open, how retries are spaced.</summary>
    private static readonly IDefaultConfiguration[] Defaults =
    [
        Default(DefaultConfigurationMode.Standard, 3100),
        Default(DefaultConfigurationMode.InRegion, 1100),
        Default(DefaultConfigurationMode.CrossRegion, 3100),
        Default(DefaultConfigurationMode.Mobile, 30000),
    ];

    private protected AwsServiceConfig(ServiceModel service, TimeSpan timeout)
        : base(new DefaultConfigurationProvider(Defaults))
    {
        Service = service;
        ServiceId = service.ServiceId;
        AuthenticationServiceName = service.SigningName;
        EndpointProvider = service.Endpoints;
        Timeout = timeout;
        HttpClientFactory = new AwsHttpClientFactory();
        UserAgent = InternalSDKUtils.BuildUserAgentString("CloudKick.AwsIot", LibraryVersion);
    }

    /// <summary>The only roots that the service's certificate may lead to. Default null: those of the system.</summary>
    public X509Certificate2Collection? TrustedRoots { get; set; }

    /// <summary>
    /// The longest that a connection is used for, so that new addresses and a renewed client certificate are taken up. Default 5 minutes.
    /// </summary>
    public TimeSpan ConnectionLifetime { get; set; } = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override string ServiceVersion => Service.Version;

    /// <inheritdoc/>
    public override string UserAgent { get; }

    /// <inheritdoc/>
    public override string RegionEndpointServiceName => Service.SigningName;

    internal ServiceModel Service { get; }

    /// <summary>Who the client is by its TLS certificate; null: requests are signed.</summary>
    internal virtual ClientCertificate? Certificate => null;

    /// <inheritdoc/>
    public override Endpoint DetermineServiceOperationEndpoint(ServiceOperationEndpointParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        var request = new DefaultRequest(parameters.Request, ServiceId) { AlternateEndpoint = parameters.AlternateEndpoint };
        var context = new RequestContext(false) { ClientConfig = this, OriginalRequest = parameters.Request, Request = request };
        return new Protocol.EndpointResolver().GetEndpoint(new Amazon.Runtime.Internal.ExecutionContext(context, null));
    }

    private static DefaultConfiguration Default(DefaultConfigurationMode mode, int connectMilliseconds)
    {
        var connect = TimeSpan.FromMilliseconds(connectMilliseconds);
        return new() { Name = mode, RetryMode = RequestRetryMode.Standard, ConnectTimeout = connect, TlsNegotiationTimeout = connect };
    }
}
