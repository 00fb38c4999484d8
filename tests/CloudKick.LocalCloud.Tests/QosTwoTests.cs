using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class QosTwoTests : CloudFixture
{
    private static readonly MqttMessage ExactlyOnce = Message("a", "x") with { QualityOfService = MqttQualityOfService.ExactlyOnce };

    [Test]
    public async Task A_v5_client_is_told_that_1_is_the_maximum(CancellationToken cancellationToken)
    {
        var (_, answer) = await Cloud.TryConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Relay }, cancellationToken);

        Assert.That(answer.MaximumQualityOfService, Is.EqualTo(MqttQualityOfService.AtLeastOnce));
    }

    [Test]
    public async Task A_v5_publish_disconnects(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken);

        await client.SendAsync(new PublishPacket { PacketIdentifier = 1, Message = ExactlyOnce }, cancellationToken);

        await client.ExpectClosedAsync(MqttReasonCode.QoSNotSupported, cancellationToken);
    }

    [Test]
    public async Task A_v5_subscribe_disconnects(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken);

        await client.SendAsync(Subscribe(), cancellationToken);

        await client.ExpectClosedAsync(MqttReasonCode.QoSNotSupported, cancellationToken);
    }

    [Test]
    public async Task A_3_1_1_publish_gets_no_answer_and_reaches_nobody(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken, MqttProtocolVersion.V311);
        await client.SubscribeAsync("a", cancellationToken);

        await client.SendAsync(new PublishPacket { PacketIdentifier = 9, Message = ExactlyOnce }, cancellationToken);

        await client.ExpectNothingAsync(cancellationToken);
        Assert.That(Control.PublishedTo("a"), Is.Zero);
    }

    [Test]
    public async Task A_3_1_1_subscribe_gets_no_answer_and_subscribes_to_nothing(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken, MqttProtocolVersion.V311);

        await client.SendAsync(Subscribe(), cancellationToken);

        await client.ExpectNothingAsync(cancellationToken);
        Assert.That(Control.IsSubscribed(Relay, "a"), Is.False);
    }

    [Test]
    public async Task A_v5_will_refuses_the_connection(CancellationToken cancellationToken)
    {
        var (client, answer) = await Cloud.TryConnectAsync(
            new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Relay, Will = new MqttWill(ExactlyOnce) }, cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.QoSNotSupported));
        await client.ExpectClosedAsync(null, cancellationToken);
    }

    private static SubscribePacket Subscribe() => new()
    {
        PacketIdentifier = 1,
        Subscriptions = [new MqttSubscription("a", MqttQualityOfService.ExactlyOnce)],
    };
}
