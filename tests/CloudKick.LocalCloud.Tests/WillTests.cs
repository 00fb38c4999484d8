using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class WillTests : CloudFixture
{
    private const string WillTopic = "NL-CAT/NL000123/status";

    [Test]
    public async Task Is_published_when_the_connection_is_lost([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var watcher = await WatchAsync(cancellationToken);
        var terminal = await ConnectAsync(Terminal, cancellationToken, version, WithWill());

        terminal.Abort();

        Assert.That(Text(await watcher.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("gone"));
    }

    [Test]
    public async Task Is_not_published_after_the_clients_own_disconnect([Values] MqttProtocolVersion version, CancellationToken cancellationToken)
    {
        var watcher = await WatchAsync(cancellationToken);
        var terminal = await ConnectAsync(Terminal, cancellationToken, version, WithWill());

        await terminal.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);

        await watcher.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task Is_published_when_the_client_asks_for_it_in_its_disconnect(CancellationToken cancellationToken)
    {
        var watcher = await WatchAsync(cancellationToken);
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: WithWill());

        await terminal.DisconnectAsync(cancellationToken, new DisconnectPacket { ReasonCode = MqttReasonCode.DisconnectWithWillMessage });

        Assert.That(Text(await watcher.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("gone"));
    }

    [Test]
    public async Task Is_published_at_a_takeover(CancellationToken cancellationToken)
    {
        var watcher = await WatchAsync(cancellationToken);
        await ConnectAsync(Terminal, cancellationToken, configure: WithWill());

        await ConnectAsync(Terminal, cancellationToken);

        Assert.That(Text(await watcher.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("gone"));
    }

    [Test]
    public async Task Waits_for_its_delay(CancellationToken cancellationToken)
    {
        var watcher = await WatchAsync(cancellationToken);
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: WithWill(delaySeconds: 10, sessionExpiry: 60));
        terminal.Abort();
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);

        Time.Advance(TimeSpan.FromSeconds(9));
        await watcher.ExpectNothingAsync(cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(1));

        Assert.That(Text(await watcher.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("gone"));
    }

    [Test]
    public async Task Is_dropped_when_the_client_returns_to_its_session_before_the_delay_is_over(CancellationToken cancellationToken)
    {
        var watcher = await WatchAsync(cancellationToken);
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: WithWill(delaySeconds: 10, sessionExpiry: 60));
        terminal.Abort();
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);

        await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { CleanStart = false, KeepAlive = 600 });
        Time.Advance(TimeSpan.FromSeconds(20));

        await watcher.ExpectNothingAsync(cancellationToken);
    }

    [Test]
    public async Task Does_not_wait_longer_than_the_session_lasts(CancellationToken cancellationToken)
    {
        var watcher = await WatchAsync(cancellationToken);
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: WithWill(delaySeconds: 500, sessionExpiry: 5));
        terminal.Abort();
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);

        Time.Advance(TimeSpan.FromSeconds(5));

        Assert.That(Text(await watcher.ReceiveMessageAsync(cancellationToken)), Is.EqualTo("gone"));
    }

    private async Task<RawClient> WatchAsync(CancellationToken cancellationToken)
    {
        var watcher = await ConnectAsync(Relay, cancellationToken);
        await watcher.SubscribeAsync(WillTopic, cancellationToken);
        return watcher;
    }

    private static Func<ConnectPacket, ConnectPacket> WithWill(uint delaySeconds = 0, uint? sessionExpiry = null) => connect => connect with
    {
        Will = new MqttWill(Message(WillTopic, "gone")) { DelayInterval = delaySeconds },
        SessionExpiryInterval = sessionExpiry,
    };
}
