using System.Net;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's SendDirectMessage.</summary>
[CancelAfter(60_000)]
internal sealed class DirectMessageTests : CloudFixture
{
    private const string Target = "/connections/NL000123/messages?topic=NL-CAT%2FNL000123";

    [Test]
    public async Task With_confirmation_it_answers_when_the_terminal_has_acknowledged(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        using var relay = ApiClient.Signed(Cloud);

        var answering = relay.PostAsync($"{Target}&confirmation=true&contentType=text%2Fplain", "kick"u8.ToArray(), cancellationToken);
        var packet = await terminal.ReceiveAsync<PublishPacket>(cancellationToken);
        await terminal.PingAsync(cancellationToken);
        bool answeredBefore = answering.IsCompleted;
        await terminal.SendAsync(new PubAckPacket(packet.PacketIdentifier).Encode, cancellationToken);
        var answer = await answering;

        Assert.That(answeredBefore, Is.False);
        Assert.That((packet.Message.Topic, Text(packet.Message), packet.Message.QualityOfService, packet.Message.ContentType),
            Is.EqualTo((KickTopic, "kick", MqttQualityOfService.AtLeastOnce, "text/plain")));
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.Body.ToString(), Is.EqualTo($$"""{"message":"OK","traceId":"{{answer.RequestId}}"}"""));
    }

    [Test]
    public async Task Without_confirmation_it_is_QoS_0_and_answers_at_once(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, MqttProtocolVersion.V311);
        using var relay = ApiClient.WithCertificate(Cloud, "relay");

        var answer = await relay.PostAsync(Target, "kick"u8.ToArray(), cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await terminal.ReceiveMessageAsync(cancellationToken)).QualityOfService, Is.EqualTo(MqttQualityOfService.AtMostOnce));
    }

    [TestCase(null, 5)]
    [TestCase(2, 2)]
    [TestCase(15, 15)]
    public async Task Without_a_PUBACK_in_time_it_is_504(int? timeout, int seconds, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        using var relay = ApiClient.Signed(Cloud);

        var answering = relay.PostAsync($"{Target}&confirmation=true{(timeout is null ? "" : $"&timeout={timeout}")}", [], cancellationToken);
        await terminal.ReceiveAsync<PublishPacket>(cancellationToken);
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(seconds), cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(seconds));
        var answer = await answering;

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((HttpStatusCode.GatewayTimeout, "GatewayTimeoutException:")));
    }

    [Test]
    public async Task A_message_that_nobody_waits_for_any_more_is_not_sent_later(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { ReceiveMaximum = 1 });
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        using var relay = ApiClient.Signed(Cloud);
        await relay.PostAsync("/topics/NL-CAT%2FNL000123?qos=1", "first"u8.ToArray(), cancellationToken);
        var first = await terminal.ReceiveAsync<PublishPacket>(cancellationToken);

        var answering = relay.PostAsync($"{Target}&confirmation=true", "late"u8.ToArray(), cancellationToken);
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(5), cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(5));
        var answer = await answering;
        await terminal.SendAsync(new PubAckPacket(first.PacketIdentifier).Encode, cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.GatewayTimeout));
        await terminal.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task A_client_that_is_not_connected_is_404_and_nothing_is_kept_for_it(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { SessionExpiryInterval = 600 });
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        await terminal.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
        using var relay = ApiClient.Signed(Cloud);

        var persistent = await relay.PostAsync($"{Target}&confirmation=true", [], cancellationToken);
        var unknown = await relay.PostAsync("/connections/NL000999/messages?topic=a", [], cancellationToken);

        Assert.That((persistent.Status, persistent.ErrorType, persistent.Text("message")),
            Is.EqualTo((HttpStatusCode.NotFound, "ResourceNotFoundException:", "Client NL000123 is not connected; it has a persistent session.")));
        Assert.That((unknown.Status, unknown.Text("message")), Is.EqualTo((HttpStatusCode.NotFound, "Client NL000999 is not connected.")));
        Assert.That(Control.QueuedMessages(Terminal), Is.Zero);
    }

    [Test]
    public async Task A_terminal_that_goes_before_it_acknowledges_leaves_the_outcome_open(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { SessionExpiryInterval = 600 });
        using var relay = ApiClient.Signed(Cloud);

        var answering = relay.PostAsync($"{Target}&confirmation=true", [], cancellationToken);
        await terminal.ReceiveAsync<PublishPacket>(cancellationToken);
        terminal.Abort();

        Assert.That((await answering).Status, Is.EqualTo(HttpStatusCode.GatewayTimeout));
        Assert.That(Control.QueuedMessages(Terminal), Is.Zero);
    }

    [Test]
    public async Task More_than_the_client_takes_is_413(CancellationToken cancellationToken)
    {
        await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { MaximumPacketSize = 100 });
        using var relay = ApiClient.Signed(Cloud);

        var answer = await relay.PostAsync($"{Target}&confirmation=true", new byte[200], cancellationToken);

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLargeException:")));
    }

    [TestCase("/connections/NL000123/messages", "topic is required.")]
    [TestCase("/connections/NL000123/messages?topic=%24aws%2Fa", "topic: topics that start with $ are reserved.")]
    [TestCase("/connections/NL000123/messages?topic=a&confirmation=true&timeout=16", "timeout is a number from 1 to 15, not '16'.")]
    public async Task What_is_not_valid_is_400(string target, string message, CancellationToken cancellationToken)
    {
        using var relay = ApiClient.Signed(Cloud);

        var answer = await relay.PostAsync(target, [], cancellationToken);

        Assert.That((answer.Status, answer.Text("message")), Is.EqualTo((HttpStatusCode.BadRequest, message)));
    }
}
