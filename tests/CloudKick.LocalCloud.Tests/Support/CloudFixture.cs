using System.Threading.Channels;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Each test has a LocalCloud of its own.</summary>
internal abstract class CloudFixture
{
    protected const string Terminal = "NL000123";
    protected const string KickTopic = "NL-CAT/NL000123";
    protected const string AckTopic = "NL-CAT/NL000123/ack";
    protected const string Relay = "relay-a-1";

    protected TestCloud Cloud { get; private set; } = null!;

    protected LocalCloudControl Control => Cloud.Control;

    protected ManualTimeProvider Time => Cloud.Time;

    protected virtual BrokerLimits Limits => new();

    /// <summary>Everything is allowed, so that tests of something else than policies use whatever topics and client ids they like.</summary>
    protected virtual LocalCloudPolicies Policies => LocalCloudPolicies.AllowEverything;

    /// <summary>None: with a clock that stands still everything happens within one second.</summary>
    protected virtual LocalCloudQuotas Quotas => LocalCloudQuotas.None;

    /// <summary>What else is to be different from the defaults.</summary>
    protected virtual LocalCloudOptions Configure(LocalCloudOptions options) => options;

    [SetUp]
    public async Task StartAsync() => Cloud = await TestCloud.StartAsync(Limits, configure: options => Configure(options with { Policies = Policies, Quotas = Quotas }));

    [TearDown]
    public ValueTask StopAsync() => Cloud.DisposeAsync();

    protected Task<RawClient> ConnectAsync(
        string clientId, CancellationToken cancellationToken, MqttProtocolVersion version = MqttProtocolVersion.V5, Func<ConnectPacket, ConnectPacket>? configure = null) =>
        Cloud.ConnectAsync(clientId, cancellationToken, version, configure);

    /// <summary>CloudKick's own client, not yet connected; with the certificate of its thing unless another is given.</summary>
    protected MqttClient NewClient(
        string clientId, MqttProtocolVersion version, Channel<MqttMessage>? received = null, DeviceCertificate? certificate = null)
    {
        certificate ??= Cloud.Server.IssueDeviceCertificate(clientId.StartsWith("relay-", StringComparison.Ordinal) ? "relay" : clientId);
        return new MqttClient(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint("127.0.0.1", Cloud.Server.Port)
            {
                Tls = new MqttTlsOptions
                {
                    ServerName = "localhost",
                    ApplicationProtocols = ["x-amzn-mqtt-ca"],
                    ClientCertificate = certificate.ToX509Certificate(),
                    TrustedRoots = [Cloud.Server.IssueDeviceCertificate("unused").ToCaCertificate()],
                },
            },
            ClientId = clientId,
            Version = version,
            MessageReceived = received is null ? null : (message, cancellationToken) => received.Writer.WriteAsync(message, cancellationToken),
        });
    }

    protected static MqttMessage Message(string topic, string payload) => new() { Topic = topic, Payload = System.Text.Encoding.UTF8.GetBytes(payload) };

    protected static string Text(MqttMessage message) => System.Text.Encoding.UTF8.GetString(message.Payload.Span);
}
