using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class ConnectTests : CloudFixture
{
    [Test]
    public async Task A_v5_client_is_told_what_AWS_allows(CancellationToken cancellationToken)
    {
        var (_, answer) = await Cloud.TryConnectAsync(V5(Terminal), cancellationToken);

        Assert.That(answer, Is.EqualTo(new ConnAckPacket
        {
            ReasonCode = MqttReasonCode.Success,
            SessionExpiryInterval = 0,
            ServerKeepAlive = 1200,
            ReceiveMaximum = 100,
            MaximumPacketSize = 146 * 1024,
            MaximumQualityOfService = MqttQualityOfService.AtLeastOnce,
            TopicAliasMaximum = 8,
            RetainAvailable = true,
            WildcardSubscriptionAvailable = true,
            SharedSubscriptionAvailable = true,
            SubscriptionIdentifiersAvailable = false,
            UserProperties = answer.UserProperties,
        }));
    }

    [Test]
    public async Task A_client_id_of_128_bytes_is_accepted(CancellationToken cancellationToken)
    {
        string longest = "relay-" + new string('x', 122);

        var (_, answer) = await Cloud.TryConnectAsync(V5(longest), cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.Success));
    }

    private static IEnumerable<string> BadClientIds => ["", "$NL000123", "relay-" + new string('x', 123), "relay-" + new string('é', 62)];

    [Test]
    public async Task An_impossible_client_id_is_refused(
        [ValueSource(nameof(BadClientIds))] string clientId, [Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var (client, answer) = await Cloud.TryConnectAsync(V5(clientId) with { Version = version }, cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.ClientIdentifierNotValid));
        await client.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task A_second_CONNECT_disconnects(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Terminal, cancellationToken);

        await client.SendAsync(V5(Terminal).Encode, cancellationToken);

        await client.ExpectClosedAsync(MqttReasonCode.ProtocolError, cancellationToken);
    }

    [Test]
    public async Task A_packet_before_CONNECT_closes(CancellationToken cancellationToken)
    {
        var client = await Cloud.OpenAsync(Terminal, cancellationToken);

        await client.SendAsync(default(PingReqPacket).Encode, cancellationToken);

        await client.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task A_client_that_does_not_wait_for_CONNACK_is_disconnected(CancellationToken cancellationToken)
    {
        var client = await Cloud.OpenAsync(Terminal, cancellationToken);

        await client.SendAsync(
            output =>
            {
                V5(Terminal).Encode(output);
                default(PingReqPacket).Encode(output, MqttProtocolVersion.V5);
            },
            cancellationToken);

        await client.ExpectClosedAsync(MqttReasonCode.ProtocolError, cancellationToken);
    }

    [Test]
    public async Task Enhanced_authentication_is_refused(CancellationToken cancellationToken)
    {
        var (client, answer) = await Cloud.TryConnectAsync(V5(Terminal) with { AuthenticationMethod = "SCRAM-SHA-256" }, cancellationToken);

        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.BadAuthenticationMethod));
        await client.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task An_AUTH_packet_disconnects(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Terminal, cancellationToken);

        await client.SendAsync(new AuthPacket { ReasonCode = MqttReasonCode.ReAuthenticate, AuthenticationMethod = "SCRAM-SHA-256" }.Encode, cancellationToken);

        await client.ExpectClosedAsync(MqttReasonCode.ProtocolError, cancellationToken);
    }

    [Test]
    public async Task A_subscription_identifier_disconnects(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken);

        await client.SendAsync(
            new SubscribePacket { PacketIdentifier = 1, SubscriptionIdentifier = 5, Subscriptions = [new MqttSubscription("a", MqttQualityOfService.AtMostOnce)] },
            cancellationToken);

        await client.ExpectClosedAsync(MqttReasonCode.SubscriptionIdentifiersNotSupported, cancellationToken);
    }

    private static ConnectPacket V5(string clientId) => new() { Version = MqttProtocolVersion.V5, ClientIdentifier = clientId };
}
