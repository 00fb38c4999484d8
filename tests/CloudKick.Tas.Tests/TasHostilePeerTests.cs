using CloudKick.Opi;
using CloudKick.Testing;

namespace CloudKick.Tas.Tests;

[CancelAfter(20_000)]
internal sealed class TasHostilePeerTests : TasFixture
{
    [Test]
    public async Task Peer_that_says_nothing_is_closed_at_the_deadline(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        var server = await StartAsync(cancellationToken, timeProvider: clock);
        using var peer = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        await peer.ReceiveAsync(cancellationToken);

        clock.Advance(TimeSpan.FromSeconds(5));
        await peer.WaitForCloseAsync(cancellationToken);

        Assert.That(Gate.Asked, Is.Empty);
    }

    [Test]
    public async Task Peer_that_dribbles_is_closed_at_the_same_deadline(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        var server = await StartAsync(cancellationToken, timeProvider: clock);
        using var peer = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        await peer.ReceiveAsync(cancellationToken);

        foreach (var single in (byte[])[0, 0, 0, 9, (byte)'<'])
        {
            await peer.SendAsync(new[] { single }, cancellationToken);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await peer.WaitForCloseAsync(cancellationToken);
        Assert.That(Gate.Asked, Is.Empty);
    }

    [Test]
    public async Task Chatter_without_the_answer_does_not_extend_the_deadline(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        var server = await StartAsync(cancellationToken, timeProvider: clock);
        using var peer = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
        var request = await peer.ReceiveAsync(cancellationToken);

        for (var second = 0; second < 5; second++)
        {
            await peer.SendAsync(RawTerminal.Status(request.Header with { RequestId = "0" }, "NL000123"), cancellationToken);
            clock.Advance(TimeSpan.FromSeconds(1));
        }

        await peer.WaitForCloseAsync(cancellationToken);
        Assert.That(Gate.Asked, Is.Empty);
    }

    [TestCase("GET / HTTP/1.1\r\nHost: tas\r\n\r\n", TestName = "Http_request_is_closed")]
    [TestCase("\u0016\u0003\u0001\u0002\u0000\u0001\u0000", TestName = "Tls_hello_is_closed")]
    public async Task Other_protocols_are_closed(string bytes, CancellationToken cancellationToken) =>
        await ClosedAfter(System.Text.Encoding.Latin1.GetBytes(bytes), cancellationToken);

    [TestCase("not xml")]
    [TestCase("<html/>")]
    [TestCase("""<ServiceResponse RequestType="GetStatus"/>""")]
    [TestCase("""<!DOCTYPE x [<!ENTITY a "b">]><ServiceResponse RequestType="&a;"/>""")]
    public async Task Frames_that_hold_no_message_are_closed(string document, CancellationToken cancellationToken) =>
        await ClosedAfter(Frames.Of(document), cancellationToken);

    [Test]
    public async Task Announced_4_GiB_are_closed_at_once(CancellationToken cancellationToken) =>
        await ClosedAfter([0xFF, 0xFF, 0xFF, 0xFF], cancellationToken);

    [Test]
    public async Task Frame_over_the_configured_maximum_is_closed(CancellationToken cancellationToken) =>
        await ClosedAfter([0, 0, 4, 1], cancellationToken, Options with { MaximumFrameLength = 1024 });

    [Test]
    public async Task Half_a_frame_and_then_the_end_is_closed(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var peer = await RawTerminal.ConnectAsync(server.Port, cancellationToken);

        await peer.SendAsync(Frames.Of("<ServiceResponse/>").AsMemory(0, 9), cancellationToken);
        peer.FinishSending();
        await peer.WaitForCloseAsync(cancellationToken);

        Assert.That(Gate.Asked, Is.Empty);
    }

    [Test]
    public async Task Half_a_frame_within_a_session_ends_it_as_lost(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);

        await terminal.SendAsync(new byte[] { 0, 0, 1 }, cancellationToken);
        terminal.FinishSending();

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.Lost));
    }

    [Test]
    public async Task Reset_ends_a_session_as_lost(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        terminal.Reset();

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.Lost));
    }

    [Test]
    public async Task Garbage_within_a_session_ends_it_as_a_protocol_error(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        await terminal.SendAsync("GET /"u8.ToArray(), cancellationToken);
        await terminal.WaitForCloseAsync(cancellationToken);

        Assert.That((await Gate.NextEndAsync(cancellationToken)).Reason, Is.EqualTo(TasCloseReason.ProtocolError));
    }

    [Test]
    public async Task Hostile_peers_do_not_disturb_a_session(CancellationToken cancellationToken)
    {
        var server = await StartAsync(cancellationToken);
        using var terminal = await RawTerminal.ArriveAsync(server.Port, "NL000123", null, cancellationToken);
        await Eventually.HoldsAsync(() => server.Sessions.Count == 1, cancellationToken);

        await Task.WhenAll(Enumerable.Range(0, 50).Select(async _ =>
        {
            using var peer = await RawTerminal.ConnectAsync(server.Port, cancellationToken);
            await peer.SendAsync(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, cancellationToken);
            await peer.WaitForCloseAsync(cancellationToken);
        }));

        Assert.That(server.Sessions.Count, Is.EqualTo(1));
        Assert.That(Gate.Told, Is.Empty);
    }

    private async Task ClosedAfter(byte[] bytes, CancellationToken cancellationToken, TasOptions? options = null)
    {
        var server = await StartAsync(cancellationToken, options);
        using var peer = await RawTerminal.ConnectAsync(server.Port, cancellationToken);

        await peer.SendAsync(bytes, cancellationToken);
        await peer.WaitForCloseAsync(cancellationToken);

        Assert.That(Gate.Asked, Is.Empty);
        Assert.That(server.Sessions.Count, Is.Zero);
    }
}
