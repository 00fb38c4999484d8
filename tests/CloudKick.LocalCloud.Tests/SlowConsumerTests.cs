using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(180_000)]
internal sealed class SlowConsumerTests : CloudFixture
{
    private const string Topic = "orders";

    // More than the kernel buffers of a loopback connection hold.
    private const int Flood = 400;
    private static readonly byte[] Payload = new byte[100 * 1024];

    protected override BrokerLimits Limits => new() { MaximumQueuedMessages = 150 };

    [Test]
    public async Task QoS_0_is_dropped_and_the_connection_stays(CancellationToken cancellationToken)
    {
        var slow = await ConnectAsync(Relay, cancellationToken);
        await slow.SubscribeAsync(cancellationToken, new MqttSubscription(Topic, MqttQualityOfService.AtMostOnce));
        var publisher = await ConnectAsync("relay-publisher", cancellationToken);

        for (int i = 0; i < Flood; i++) await publisher.PublishAsync(new MqttMessage { Topic = Topic, Payload = Payload }, cancellationToken);

        Assert.That(Control.Counters.Dropped, Is.GreaterThan(0));
        Assert.That(Control.ConnectedClientIds, Does.Contain(Relay));
        await slow.ReceiveMessageAsync(cancellationToken); // it reads again, and is served
    }

    [Test]
    public async Task QoS_1_costs_a_client_that_does_not_read_its_connection_and_hurts_nobody_else([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var slow = await ConnectAsync(Relay, cancellationToken, version);
        await slow.SubscribeAsync(Topic, cancellationToken);
        var quick = await ConnectAsync("relay-quick", cancellationToken);
        await quick.SubscribeAsync(Topic, cancellationToken);
        var publisher = await ConnectAsync("relay-publisher", cancellationToken);

        for (int i = 0; i < Flood; i++)
        {
            await publisher.PublishAsync(new MqttMessage { Topic = Topic, Payload = Payload }, cancellationToken);
            await quick.ReceiveMessageAsync(cancellationToken);
        }

        await Control.WaitForDisconnectedAsync(Relay, cancellationToken);
        Assert.That(Control.ConnectedClientIds, Does.Contain("relay-quick").And.Contain("relay-publisher"));
    }

    [Test]
    public async Task QoS_1_costs_a_client_that_does_not_acknowledge_its_connection(CancellationToken cancellationToken)
    {
        var slow = await ConnectAsync(Relay, cancellationToken);
        await slow.SubscribeAsync(Topic, cancellationToken);
        var publisher = await ConnectAsync("relay-publisher", cancellationToken);

        for (int i = 0; i < 151; i++) await publisher.PublishAsync(Topic, $"{i}", cancellationToken);

        for (int i = 0; i < 100; i++) await slow.ReceiveAsync<PublishPacket>(cancellationToken);
        await slow.ExpectClosedAsync(MqttReasonCode.QuotaExceeded, cancellationToken);
    }

    [Test]
    public async Task A_client_that_floods_with_PINGREQ_and_does_not_read_is_not_read_either(CancellationToken cancellationToken)
    {
        var flooding = await ConnectAsync(Relay, cancellationToken);
        var pings = new byte[64 * 1024];
        for (int i = 0; i < pings.Length; i += 2) pings[i] = (byte)MqttPacketType.PingReq << 4;

        // Ends only when the broker stops reading: its replies are bounded.
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        long sent = 0;
        var sending = Task.Run(
            async () =>
            {
                while (true)
                {
                    await flooding.SendBytesAsync(pings, enough.Token);
                    Interlocked.Add(ref sent, pings.Length);
                }
            },
            cancellationToken);
        var other = await ConnectAsync("relay-other", cancellationToken);
        long before;
        do
        {
            before = Interlocked.Read(ref sent);
            for (int i = 0; i < 200; i++) await other.PingAsync(cancellationToken);
        }
        while (before == 0 || Interlocked.Read(ref sent) != before);
        await enough.CancelAsync();

        Assert.That(async () => await sending, Throws.InstanceOf<OperationCanceledException>());
        await other.PingAsync(cancellationToken);
    }
}
