using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Hosting;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>Makes the relay's MQTT clients, alike but for their client ids and what they are for.</summary>
internal sealed class RelayMqttClients(IOptions<RelayMqttOptions> options, NodeIdentity node, RelayCertificate certificate, TimeProvider timeProvider)
{
    // Together a link that is only half there is given up six seconds after a kick went into it. One that carries none: PingAfterSilence.
    private static readonly TimeSpan ProbeAfter = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(4);

    // Kicks live for seconds: after an outage of any length the relay asks again within three, and is back within five, the handshakes
    // included. Jitter keeps nodes apart.
    private static readonly MqttReconnectOptions Reconnect = new() { Maximum = TimeSpan.FromSeconds(2) };

    /// <summary>
    /// A client named <c>&lt;prefix&gt;-&lt;node&gt;-&lt;suffix&gt;</c>, not yet started; <paramref name="configure"/> adds what is its own.
    /// Each of its connections uses the certificate as it is by then.
    /// </summary>
    public MqttClient Create(string suffix, Func<MqttClientOptions, MqttClientOptions> configure)
    {
        var settings = options.Value;
        return new MqttClient(configure(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint(settings.Host, settings.Port) { Tls = settings.Tls ? Tls(settings) : null },
            ClientId = $"{settings.ClientIdPrefix}-{node.Name}-{suffix}",
            DedicatedThread = true,
            Version = MqttProtocolVersion.V5,
            CleanStart = true,
            KeepAlive = settings.KeepAlive,
            ConnectTimeout = settings.ConnectTimeout,
            ProbeAfter = ProbeAfter,
            PingAfterSilence = settings.PingAfterSilence,
            PingTimeout = PingTimeout,
            Reconnect = Reconnect,
            MaximumInFlight = settings.MaximumInFlight,
            MaximumQueued = settings.MaximumQueued,
        }), timeProvider);
    }

    private MqttTlsOptions Tls(RelayMqttOptions settings) => new()
    {
        ApplicationProtocols = settings.Alpn.Length == 0 ? [] : [settings.Alpn],
        Renew = tls =>
        {
            var identity = certificate.Current;
            return tls with { TrustedRoots = identity.Roots, ClientCertificate = identity.Certificate, ClientCertificateChain = identity.Intermediates };
        },
    };
}
