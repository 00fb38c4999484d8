using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class KeepAliveTests : CloudFixture
{
    [TestCase(0, 1200)]
    [TestCase(1, 30)]
    [TestCase(29, 30)]
    [TestCase(30, 30)]
    [TestCase(300, 300)]
    [TestCase(1200, 1200)]
    [TestCase(65_535, 1200)]
    public async Task Is_held_between_30_and_1200_seconds_and_a_v5_client_is_told(int asked, int granted, CancellationToken cancellationToken)
    {
        var (_, answer) = await Cloud.TryConnectAsync(
            new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal, KeepAlive = (ushort)asked }, cancellationToken);

        Assert.That(answer.ServerKeepAlive, Is.EqualTo(granted));
    }

    [Test]
    public async Task A_silent_client_is_disconnected_after_one_and_a_half_times_its_keep_alive(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, configure: connect => connect with { KeepAlive = 40 });

        Time.Advance(TimeSpan.FromSeconds(60));
        await terminal.PingAsync(cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(61));

        await terminal.ExpectClosedAsync(MqttReasonCode.KeepAliveTimeout, cancellationToken);
    }

    [Test]
    public async Task A_silent_3_1_1_client_is_closed_without_a_word(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken, MqttProtocolVersion.V311, connect => connect with { KeepAlive = 10 });

        Time.Advance(TimeSpan.FromSeconds(46));

        await terminal.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task A_client_that_never_says_CONNECT_is_closed(CancellationToken cancellationToken)
    {
        var client = await Cloud.OpenAsync(Terminal, cancellationToken);
        await Control.WaitUntilAsync(() => Control.Connections == 1, cancellationToken);

        Time.Advance(TimeSpan.FromSeconds(11));

        await client.ExpectClosedAsync(null, cancellationToken);
    }
}
