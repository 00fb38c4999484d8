using System.Security.Cryptography.X509Certificates;
using CloudKick.Mqtt;
using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>Makes the relay's MQTT clients, alike but for their client ids and what they are for.</summary>
internal sealed class RelayMqttClients(IOptions<RelayMqttOptions> options, NodeIdentity node, TimeProvider timeProvider)
{
    /// <summary>
    /// A client named <c>&lt;prefix&gt;-&lt;node&gt;-&lt;suffix&gt;</c>, not yet started; <paramref name="configure"/> adds what is its own.
    /// </summary>
    /// <exception cref="IOException">A certificate file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate file is not what it should be.</exception>
    public MqttClient Create(string suffix, Func<MqttClientOptions, MqttClientOptions> configure)
    {
        var settings = options.Value;
        return new MqttClient(configure(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint(settings.Host, settings.Port) { Tls = settings.Tls ? Tls(settings) : null },
            ClientId = $"{settings.ClientIdPrefix}-{node.Name}-{suffix}",
            Version = MqttProtocolVersion.V5,
            CleanStart = true,
            KeepAlive = settings.KeepAlive,
            ConnectTimeout = settings.ConnectTimeout,
            MaximumInFlight = settings.MaximumInFlight,
            MaximumQueued = settings.MaximumQueued,
        }), timeProvider);
    }

    private static MqttTlsOptions Tls(RelayMqttOptions settings) => new()
    {
        ApplicationProtocols = settings.Alpn.Length == 0 ? [] : [settings.Alpn],
        TrustedRoots = Roots(settings.CaFile),
        ClientCertificate = string.IsNullOrEmpty(settings.CertificateFile)
            ? null
            : X509Certificate2.CreateFromPemFile(settings.CertificateFile, settings.PrivateKeyFile),
    };

    private static X509Certificate2Collection? Roots(string? file)
    {
        if (string.IsNullOrEmpty(file))
            return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(file);
        return roots;
    }
}
