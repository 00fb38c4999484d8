using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's rates. The clock moves only when a test moves it: whatever happens in between is within one second.</summary>
[CancelAfter(60_000)]
internal sealed class QuotaTests : CloudFixture
{
    protected override LocalCloudQuotas Quotas => LocalCloudQuotas.Aws;

    [Test]
    public void AWSs_quotas_are_the_default()
    {
        var options = new LocalCloudOptions { DataDirectory = "unused" };

        Assert.That(options.Quotas, Is.EqualTo(LocalCloudQuotas.Aws));
        Assert.That(LocalCloudQuotas.None, Is.EqualTo(new LocalCloudQuotas()));
    }

    [Test]
    public async Task The_101st_message_within_a_second_is_discarded_without_a_word([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken, version);
        for (int i = 0; i < 100; i++) await relay.PublishAsync("a", $"{i}", cancellationToken);

        await relay.SendAsync(AtLeastOnce(200, "discarded"), cancellationToken);
        await relay.ExpectNothingAsync(cancellationToken);

        Assert.That(Control.PublishedTo("a"), Is.EqualTo(100));
        Assert.That(Control.OverQuota, Is.EqualTo(new QuotaCounters(Publishes: 1, Deliveries: 0, Stored: 0, Connects: 0, Subscriptions: 0, Delays: 0)));
        Assert.That(Control.Counters.Discarded, Is.EqualTo(1));
    }

    [Test]
    public async Task The_rate_comes_back_evenly(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        for (int i = 0; i < 100; i++) await relay.PublishAsync("a", $"{i}", cancellationToken);

        Time.Advance(TimeSpan.FromMilliseconds(10));
        await relay.PublishAsync("a", "one more", cancellationToken);
        await relay.SendAsync(AtLeastOnce(200, "discarded"), cancellationToken);
        await relay.ExpectNothingAsync(cancellationToken);

        Assert.That(Control.PublishedTo("a"), Is.EqualTo(101));
    }

    [Test]
    public async Task Messages_out_count_with_messages_in(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync("a", cancellationToken);
        await PublishAsync("relay-a-1", 99, cancellationToken);
        for (int i = 0; i < 99; i++) await terminal.ReceiveMessageAsync(cancellationToken);
        await terminal.PublishAsync(AckTopic, "the 100th", cancellationToken);

        await PublishAsync("relay-a-2", 1, cancellationToken);
        await terminal.SendAsync(AtLeastOnce(200, "discarded"), cancellationToken);
        await terminal.ExpectNothingAsync(cancellationToken);

        Assert.That(Control.OverQuota, Is.EqualTo(new QuotaCounters(Publishes: 1, Deliveries: 1, Stored: 0, Connects: 0, Subscriptions: 0, Delays: 0)));
        Assert.That(Control.QueuedMessages(Terminal), Is.Zero);
    }

    [Test]
    public async Task A_second_CONNECT_within_a_second_is_refused_and_the_first_stays([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var first = await ConnectAsync(Terminal, cancellationToken, version);

        var second = await Cloud.OpenAsync(Terminal, cancellationToken);
        await ExpectRefusedAsync(second, version, cancellationToken);

        await first.PingAsync(cancellationToken);
        Assert.That(Control.OverQuota.Connects, Is.EqualTo(1));
        Time.Advance(TimeSpan.FromSeconds(1));
        await ConnectAsync(Terminal, cancellationToken, version);
    }

    [Test]
    public async Task Other_client_ids_connect_in_the_same_second(CancellationToken cancellationToken)
    {
        await ConnectAsync("relay-a-1", cancellationToken);
        await ConnectAsync("relay-a-2", cancellationToken);

        Assert.That(Control.ConnectedClients, Is.EqualTo(2));
    }

    [Test]
    public async Task Bytes_beyond_the_rate_wait(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken, configure: connect => connect with { KeepAlive = 1200 });
        byte[] payload = new byte[100 * 1024];
        for (int i = 0; i < 6; i++) await relay.PublishAsync(new MqttMessage { Topic = "a", Payload = payload }, cancellationToken);
        await Eventually.HoldsAsync(() => Control.OverQuota.Delays > 0, cancellationToken);

        var pong = relay.PingAsync(cancellationToken);
        await Eventually.HoldsAsync(
            () =>
            {
                Time.Advance(TimeSpan.FromMilliseconds(100));
                return pong.IsCompleted;
            },
            cancellationToken);

        await pong;
        Assert.That(Control.PublishedTo("a"), Is.EqualTo(6));
        Assert.That(Control.OverQuota.Discarded, Is.Zero);
    }

    [Test]
    public async Task What_waited_for_an_absent_client_comes_10_a_second(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: Keep);
        await terminal.SubscribeAsync("a", cancellationToken);
        terminal.Abort();
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
        await PublishAsync(Relay, 25, cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(1));

        var returned = await ConnectAsync(Terminal, cancellationToken, configure: Keep);
        foreach (int expected in (int[])[10, 10, 5])
        {
            for (int i = 0; i < expected; i++) await returned.ReceiveMessageAsync(cancellationToken);
            await returned.ExpectNothingAsync(cancellationToken);
            Time.Advance(TimeSpan.FromSeconds(1));
        }

        await PublishAsync("relay-a-2", 11, cancellationToken); // what comes after them is not held back
        for (int i = 0; i < 11; i++) await returned.ReceiveMessageAsync(cancellationToken);
    }

    private static ConnectPacket Keep(ConnectPacket connect) => connect with { CleanStart = false, SessionExpiryInterval = 3600 };

    private static PublishPacket AtLeastOnce(ushort packetIdentifier, string payload) =>
        new() { PacketIdentifier = packetIdentifier, Message = Message("a", payload) with { QualityOfService = MqttQualityOfService.AtLeastOnce } };

    private async Task PublishAsync(string clientId, int count, CancellationToken cancellationToken)
    {
        var publisher = await ConnectAsync(clientId, cancellationToken);
        for (int i = 0; i < count; i++) await publisher.PublishAsync("a", $"{i}", cancellationToken);
    }

    internal static async Task ExpectRefusedAsync(RawClient client, MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var connect = new ConnectPacket { Version = version, ClientIdentifier = Terminal };
        if (version == MqttProtocolVersion.V5)
        {
            Assert.That((await client.ConnectAsync(connect, cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.QuotaExceeded));
            return;
        }
        await client.SendAsync(output => connect.Encode(output), cancellationToken);
        await client.ExpectClosedAsync(null, cancellationToken);
    }
}
