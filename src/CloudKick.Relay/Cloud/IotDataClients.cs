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
    private readonly Lazy<AmazonIotDataClient> _certified;

    public IotDataClients(
        IOptions<PublishingOptions> publishing, IOptions<AwsOptions> aws, IOptions<RelayMqttOptions> mqtt, AwsClients clients, RelayCertificate certificate)
    {
        (_publishing, _clients, _certificate) = (publishing.Value, clients, certificate);
        Endpoint = EndpointOf(aws.Value, mqtt.Value);
        _signing = new(() => Create(clients.Configure(new AmazonIotDataConfig(), Endpoint)));
        _certified = new(() => Create(Certified()));
    }

    /// <summary>Where it is, for the operator.</summary>
    public string Endpoint { get; }

    /// <summary>Signs requests with the credentials of the SDK's chain.</summary>
    /// <exception cref="InvalidOperationException"><see cref="AwsClients.IsConfigured"/> is false.</exception>
    public IAmazonIotData Signing => _signing.Value;

    /// <summary>The client that kicks go with.</summary>
    public IAmazonIotData ForKicks => _publishing.Authentication is DataAuthentication.Certificate ? _certified.Value : _signing.Value;

    public void Dispose()
    {
        foreach (var client in new[] { _signing, _certified }.Where(client => client.IsValueCreated))
            client.Value.Dispose();
    }

    /// <summary>As in the settings; else the data endpoint of MQTT, which is the same in AWS. Empty when neither is set.</summary>
    internal static string EndpointOf(AwsOptions aws, RelayMqttOptions mqtt) =>
        aws.DataEndpoint ?? (mqtt.Host.Length == 0 || mqtt.Port is 443 or MqttPort ? mqtt.Host : $"{mqtt.Host}:{mqtt.Port}");

    private AmazonIotDataClient Create(AmazonIotDataConfig config)
    {
        config.MaxErrorRetry = 0;
        config.Timeout = Timeout;
        config.MaxConnectionsPerServer = _publishing.MaximumRequests;
        return new AmazonIotDataClient(config);
    }

    // A renewed certificate is used by each connection made from then on, and none lives for longer than five minutes.
    private AmazonIotDataConfig Certified() => new()
    {
        ServiceURL = AwsEndpoint.Parse(Endpoint)!.GetLeftPart(UriPartial.Authority),
        ClientCertificate = () => _certificate.Current.Certificate
            ?? throw new InvalidOperationException($"{RelayMqttOptions.Section}:{nameof(RelayMqttOptions.CertificateFile)} is not set."),
        ClientCertificateChain = _certificate.Current.Intermediates,
        TrustedRoots = _clients.Roots ?? _certificate.Current.Roots,
    };
}
