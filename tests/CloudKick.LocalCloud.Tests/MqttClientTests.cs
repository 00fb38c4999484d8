using System.Threading.Channels;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

/// <summary>CloudKick's own client, as relay and terminals use it.</summary>
[CancelAfter(120_000)]
internal sealed class MqttClientTests : CloudFixture
{
    [Test]
    public async Task Publishes_subscribes_and_receives([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var terminal = NewClient(Terminal, version, received);
        await using var relay = NewClient(Relay, version);
        await terminal.ConnectAsync(cancellationToken);
        await relay.ConnectAsync(cancellationToken);

        var granted = await terminal.SubscribeAsync([new MqttSubscription(KickTopic, MqttQualityOfService.AtLeastOnce)], cancellationToken);
        var outcome = await relay.PublishAsync(Message(KickTopic, "kick") with { QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken);

        Assert.That(granted, Is.EqualTo(new[] { MqttReasonCode.GrantedQoS1 }));
        Assert.That(outcome, Is.EqualTo(MqttReasonCode.Success));
        Assert.That(Text(await received.Reader.ReadAsync(cancellationToken)), Is.EqualTo("kick"));
    }

    [Test]
    public async Task Returns_with_its_subscriptions_when_the_broker_comes_back(CancellationToken cancellationToken)
    {
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var terminal = NewClient(Terminal, MqttProtocolVersion.V5, received);
        await terminal.ConnectAsync(cancellationToken);
        await terminal.SubscribeAsync([new MqttSubscription(KickTopic, MqttQualityOfService.AtLeastOnce)], cancellationToken);

        await Control.GoDownAsync();
        await Control.ComeBackAsync(cancellationToken);
        await Control.WaitForSubscribedAsync(Terminal, KickTopic, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.PublishAsync(KickTopic, "kick", cancellationToken);

        Assert.That(Text(await received.Reader.ReadAsync(cancellationToken)), Is.EqualTo("kick"));
    }

    [Test]
    public async Task Is_told_understandably_that_its_certificate_is_not_known(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("localcloud-");
        using var stranger = CertificateAuthority.Open(directory.FullName);
        await using var client = NewClient(Terminal, MqttProtocolVersion.V5, certificate: stranger.IssueDeviceCertificate(Terminal));

        var failure = Assert.ThrowsAsync<MqttConnectException>(() => client.ConnectAsync(cancellationToken))!;

        Assert.That(failure.Failure, Is.EqualTo(MqttConnectFailure.ClosedBeforeConnAck));
        directory.Delete(recursive: true);
    }

    [Test]
    public async Task A_thousand_publishes_in_flight_are_all_acknowledged_and_delivered(CancellationToken cancellationToken)
    {
        const int Messages = 1000;
        var received = Channel.CreateUnbounded<MqttMessage>();
        await using var terminal = NewClient(Terminal, MqttProtocolVersion.V5, received);
        await using var relay = NewClient(Relay, MqttProtocolVersion.V5);
        await terminal.ConnectAsync(cancellationToken);
        await terminal.SubscribeAsync([new MqttSubscription(KickTopic, MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await relay.ConnectAsync(cancellationToken);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, Messages).Select(i => relay.PublishAsync(
            Message(KickTopic, $"{i}") with { QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken).AsTask()));
        var texts = new List<string>();
        while (texts.Count < Messages) texts.Add(Text(await received.Reader.ReadAsync(cancellationToken)));

        Assert.That(outcomes, Is.All.EqualTo(MqttReasonCode.Success));
        Assert.That(texts, Is.EqualTo(Enumerable.Range(0, Messages).Select(i => $"{i}")));
    }
}
