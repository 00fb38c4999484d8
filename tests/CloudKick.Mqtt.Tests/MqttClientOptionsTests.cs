namespace CloudKick.Mqtt.Tests;

internal sealed class MqttClientOptionsTests
{
    private static readonly MqttClientOptions Valid = new() { ClientId = "a", Endpoint = new MqttEndpoint("localhost", 1883) };

    [Test]
    public void The_defaults_are_valid() => Assert.That(Valid.Validate(), Is.Empty);

    [Test]
    public void Every_fault_is_told_at_once()
    {
        var options = Valid with
        {
            Endpoint = new MqttEndpoint("", 0),
            ClientId = "",
            CleanStart = false,
            Version = (MqttProtocolVersion)3,
            KeepAlive = TimeSpan.FromDays(1),
            PingAfterSilence = TimeSpan.Zero,
            ReceiveMaximum = 0,
            MaximumPacketSize = 15,
            AuthenticationData = new byte[1],
            Password = new byte[1],
            Will = new MqttWill(new MqttMessage { Topic = "#", QualityOfService = (MqttQualityOfService)3 }),
            MaximumInFlight = 0,
            MaximumQueued = -1,
            ConnectTimeout = TimeSpan.Zero,
            PublishTimeout = TimeSpan.Zero,
            ProbeAfter = TimeSpan.Zero,
            SubscribeTimeout = TimeSpan.Zero,
            PingTimeout = TimeSpan.Zero,
            SendTimeout = TimeSpan.FromDays(2),
            DisconnectTimeout = TimeSpan.FromSeconds(-1),
            Reconnect = new MqttReconnectOptions { Minimum = TimeSpan.FromSeconds(0.9), Maximum = TimeSpan.Zero, Jitter = 2 },
        };

        var faults = options.Validate();

        Assert.That(faults, Has.Count.EqualTo(24));
        Assert.That(() => new MqttClient(options), Throws.ArgumentException.With.Message.Contains(faults[0]).And.Message.Contains(faults[^1]));
    }

    [TestCase("localhost", false, "mqtt://localhost:1883")]
    [TestCase("::1", true, "mqtts://[::1]:1883")]
    public void An_endpoint_reads_as_a_URL(string host, bool tls, string expected) =>
        Assert.That($"{new MqttEndpoint(host, 1883) { Tls = tls ? new MqttTlsOptions() : null }}", Is.EqualTo(expected));
}
