using System.Security.Cryptography.X509Certificates;
using CloudKick.AwsIot.Data;
using CloudKick.Relay.Cloud;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>AWS IoT Core's HTTPS data API as kicks use it: no repeats of its own, for the kick's attempts are counted elsewhere. Made when it is first used.</summary>
internal sealed class IotDataApi(
    IOptions<PublishingOptions> publishing, IOptions<AwsOptions> aws, IOptions<RelayMqttOptions> mqtt, AwsClients clients, RelayCertificate certificate)
    : IDisposable
{
    // A port that speaks MQTT alone; HTTPS is on 443 then.
    private const int MqttPort = 8883;

    private readonly Lazy<AmazonIotDataClient> _client = new(() => Create(publishing.Value, aws.Value, mqtt.Value, clients, certificate));

    public IAmazonIotData Client => _client.Value;

    /// <summary>Where it is, for the operator.</summary>
    public string Endpoint => EndpointOf(aws.Value, mqtt.Value);

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }

    /// <summary>As in the settings; else the data endpoint of MQTT, which is the same in AWS. Empty when neither is set.</summary>
    internal static string EndpointOf(AwsOptions aws, RelayMqttOptions mqtt) =>
        aws.DataEndpoint ?? (mqtt.Host.Length == 0 || mqtt.Port is 443 or MqttPort ? mqtt.Host : $"{mqtt.Host}:{mqtt.Port}");

    private static AmazonIotDataClient Create(
        PublishingOptions publishing, AwsOptions aws, RelayMqttOptions mqtt, AwsClients clients, RelayCertificate certificate)
    {
        var endpoint = EndpointOf(aws, mqtt);
        var config = new AmazonIotDataConfig();
        if (publishing.Authentication is DataAuthentication.Certificate)
            UseCertificate(config, endpoint, aws, certificate);
        else
            clients.Configure(config, endpoint);
        config.MaxErrorRetry = 0;
        config.Timeout = TimeSpan.FromSeconds(20); // beyond any attempt: its own deadline ends it
        config.MaxConnectionsPerServer = publishing.MaximumRequests;
        return new AmazonIotDataClient(config);
    }

    // A renewed certificate is used by each connection made from then on, and none lives for longer than five minutes.
    private static void UseCertificate(AmazonIotDataConfig config, string endpoint, AwsOptions aws, RelayCertificate certificate)
    {
        config.ServiceURL = AwsEndpoint.Parse(endpoint)!.GetLeftPart(UriPartial.Authority);
        config.ClientCertificate = () => certificate.Current.Certificate
            ?? throw new InvalidOperationException($"{RelayMqttOptions.Section}:{nameof(RelayMqttOptions.CertificateFile)} is not set.");
        config.ClientCertificateChain = certificate.Current.Intermediates;
        config.TrustedRoots = Roots(aws.CaFile) ?? certificate.Current.Roots;
    }

    private static X509Certificate2Collection? Roots(string? file)
    {
        if (string.IsNullOrEmpty(file))
            return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(file);
        return roots;
    }
}
