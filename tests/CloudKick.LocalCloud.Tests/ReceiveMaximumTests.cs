using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class ReceiveMaximumTests : CloudFixture
{
    [TestCase((ushort)5, 5)]
    [TestCase((ushort)1000, 100)]
    public async Task No_more_than_the_clients_or_100_are_sent_unacknowledged(ushort receiveMaximum, int expected, CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken, configure: connect => connect with { ReceiveMaximum = receiveMaximum });
        await client.SubscribeAsync("a", cancellationToken);
        var publisher = await ConnectAsync("relay-publisher", cancellationToken);
        for (int i = 0; i <= expected; i++) await publisher.PublishAsync("a", $"{i}", cancellationToken);

        var received = new List<PublishPacket>();
        while (received.Count < expected) received.Add(await client.ReceiveAsync<PublishPacket>(cancellationToken));
        await client.ExpectNothingAsync(cancellationToken);
        await client.SendAsync(new PubAckPacket(received[2].PacketIdentifier).Encode, cancellationToken);

        Assert.That(Text((await client.ReceiveAsync<PublishPacket>(cancellationToken)).Message), Is.EqualTo($"{expected}"));
        Assert.That(received.Select(packet => packet.PacketIdentifier), Is.Unique);
    }

    [Test]
    public async Task A_client_that_exceeds_the_brokers_100_is_disconnected(CancellationToken cancellationToken)
    {
        Control.HoldAcknowledgements();
        var client = await ConnectAsync(Relay, cancellationToken);

        for (ushort i = 1; i <= 101; i++)
            await client.SendAsync(new PublishPacket { PacketIdentifier = i, Message = Message("a", "x") with { QualityOfService = MqttQualityOfService.AtLeastOnce } }, cancellationToken);

        await client.ExpectClosedAsync(MqttReasonCode.ReceiveMaximumExceeded, cancellationToken);
    }

    [Test]
    public async Task An_acknowledgement_of_something_else_does_no_harm(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken);

        await client.SendAsync(new PubAckPacket(42).Encode, cancellationToken);

        await client.PingAsync(cancellationToken);
    }
}
