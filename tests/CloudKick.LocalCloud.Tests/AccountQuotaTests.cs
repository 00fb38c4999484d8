using System.Net;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's rates of all clients of an account together, here so low that a test can reach them.</summary>
[CancelAfter(60_000)]
internal sealed class AccountQuotaTests : CloudFixture
{
    protected override LocalCloudQuotas Quotas => new()
    {
        Connects = 3,
        InboundPublishes = 3,
        OutboundPublishes = 2,
        Subscriptions = 2,
        StoredMessages = 1,
    };

    [Test]
    public async Task Connections_of_different_clients_share_a_rate([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        for (int i = 0; i < 3; i++) await ConnectAsync($"relay-a-{i}", cancellationToken);

        await QuotaTests.ExpectRefusedAsync(await Cloud.OpenAsync(Terminal, cancellationToken), version, cancellationToken);

        Assert.That(Control.OverQuota.Connects, Is.EqualTo(1));
    }

    [TestCase(MqttProtocolVersion.V5, MqttReasonCode.QuotaExceeded)]
    [TestCase(MqttProtocolVersion.V311, (MqttReasonCode)0x80)]
    public async Task Filters_beyond_the_rate_are_refused_one_by_one(MqttProtocolVersion version, MqttReasonCode refused, CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Relay, cancellationToken, version);

        var codes = await client.SubscribeAsync(
            cancellationToken, [.. ((string[])["a", "b", "c"]).Select(filter => new MqttSubscription(filter, MqttQualityOfService.AtLeastOnce))]);

        Assert.That(codes, Is.EqualTo(new[] { (MqttReasonCode)1, (MqttReasonCode)1, refused }));
        Assert.That(Control.OverQuota.Subscriptions, Is.EqualTo(1));
    }

    [Test]
    public async Task Messages_of_different_clients_share_a_rate(CancellationToken cancellationToken)
    {
        var one = await ConnectAsync("relay-a-1", cancellationToken);
        var other = await ConnectAsync("relay-a-2", cancellationToken);
        for (int i = 0; i < 3; i++) await one.PublishAsync("a", $"{i}", cancellationToken);

        await other.SendAsync(new PublishPacket { PacketIdentifier = 1, Message = Message("a", "x") with { QualityOfService = MqttQualityOfService.AtLeastOnce } }, cancellationToken);
        await other.ExpectNothingAsync(cancellationToken);

        Assert.That(Control.PublishedTo("a"), Is.EqualTo(3));
        Assert.That(Control.OverQuota.Publishes, Is.EqualTo(1));
    }

    [Test]
    public async Task Over_HTTPS_too_much_is_429(CancellationToken cancellationToken)
    {
        using var relay = ApiClient.Signed(Cloud);
        for (int i = 0; i < 3; i++) await relay.PostAsync("/topics/a?qos=1", "x"u8.ToArray(), cancellationToken);

        var answer = await relay.PostAsync("/topics/a?qos=1", "x"u8.ToArray(), cancellationToken);

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((HttpStatusCode.TooManyRequests, "ThrottlingException:")));
        Assert.That(Control.PublishedTo("a"), Is.EqualTo(3));
    }

    [Test]
    public async Task Each_receiver_counts(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync("a", cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);
        for (int i = 0; i < 3; i++) await relay.PublishAsync("a", $"{i}", cancellationToken);

        for (int i = 0; i < 2; i++) await terminal.ReceiveMessageAsync(cancellationToken);
        await terminal.ExpectNothingAsync(cancellationToken);

        Assert.That(Control.OverQuota.Deliveries, Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_stored_for_the_absent_has_a_rate(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { SessionExpiryInterval = 3600 });
        await terminal.SubscribeAsync("a", cancellationToken);
        terminal.Abort();
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);

        await relay.PublishAsync("a", "stored", cancellationToken);
        await relay.PublishAsync("a", "discarded", cancellationToken);

        Assert.That(Control.QueuedMessages(Terminal), Is.EqualTo(1));
        Assert.That(Control.OverQuota.Stored, Is.EqualTo(1));
    }

    [Test]
    public async Task Bytes_wait_as_long_as_they_are_too_many(CancellationToken cancellationToken)
    {
        var time = new ManualTimeProvider();
        var throughput = new Throughput(new Rate(1024, time), new Counters(), time);

        var within = throughput.PassAsync(1024).AsTask();
        var beyond = throughput.PassAsync(1536).AsTask();
        time.Advance(TimeSpan.FromSeconds(1.4));
        bool early = beyond.IsCompleted;
        time.Advance(TimeSpan.FromSeconds(0.1));

        await beyond.WaitAsync(cancellationToken);
        Assert.That((within.IsCompleted, early), Is.EqualTo((true, false)));
    }

    [Test]
    public async Task A_connection_that_closes_waits_no_more(CancellationToken cancellationToken)
    {
        var time = new ManualTimeProvider();
        var throughput = new Throughput(new Rate(1024, time), new Counters(), time);
        var beyond = throughput.PassAsync(4096).AsTask();

        throughput.Stop();

        await beyond.WaitAsync(cancellationToken);
        Assert.That(throughput.PassAsync(4096).AsTask().IsCompleted, Is.True);
    }
}
