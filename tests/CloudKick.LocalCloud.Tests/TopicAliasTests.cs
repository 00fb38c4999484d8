using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class TopicAliasTests : CloudFixture
{
    [Test]
    public async Task Eight_aliases_can_be_defined_and_redefined(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken);
        await client.SubscribeAsync("#", cancellationToken);

        for (ushort alias = 1; alias <= 8; alias++) await SendAsync(client, $"topic{alias}", alias, cancellationToken);
        await SendAsync(client, "", 3, cancellationToken);
        await SendAsync(client, "another", 3, cancellationToken);
        await SendAsync(client, "", 3, cancellationToken);

        var topics = new List<string>();
        while (topics.Count < 11) topics.Add((await client.ReceiveMessageAsync(cancellationToken)).Topic);
        Assert.That(topics[8..], Is.EqualTo(new[] { "topic3", "another", "another" }));
    }

    [TestCase((ushort)9, "topic", MqttReasonCode.TopicAliasInvalid)]
    [TestCase((ushort)2, "", MqttReasonCode.ProtocolError)]
    public async Task A_ninth_or_undefined_alias_disconnects(ushort alias, string topic, MqttReasonCode expected, CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken);

        await SendAsync(client, topic, alias, cancellationToken);

        await client.ExpectClosedAsync(expected, cancellationToken);
    }

    private static Task SendAsync(RawClient client, string topic, ushort alias, CancellationToken cancellationToken) =>
        client.SendAsync(new PublishPacket { Message = Message(topic, "x"), TopicAlias = alias }, cancellationToken);
}
