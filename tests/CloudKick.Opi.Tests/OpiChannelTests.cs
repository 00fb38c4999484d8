using System.IO.Pipelines;

namespace CloudKick.Opi.Tests;

[CancelAfter(10_000)]
internal sealed class OpiChannelTests
{
    [Test]
    public async Task Message_that_comes_byte_by_byte_is_received(CancellationToken cancellationToken)
    {
        var (channel, peer) = Connect();
        var received = channel.ReceiveAsync(cancellationToken).AsTask();

        foreach (var single in Messages.Frame(Messages.Response.Encode()))
        {
            Assert.That(received.IsCompleted, Is.False);
            await peer.WriteAsync(new[] { single }, cancellationToken);
        }

        Assert.That(await received, Is.EqualTo(Messages.Response));
    }

    [Test]
    public async Task Two_messages_in_one_read_are_received_one_after_the_other(CancellationToken cancellationToken)
    {
        var (channel, peer) = Connect();
        var second = Messages.Response with { OverallResult = OpiResult.Busy };

        await peer.WriteAsync((byte[])[.. Messages.Frame(Messages.Response.Encode()), .. Messages.Frame(second.Encode())], cancellationToken);

        Assert.That(await channel.ReceiveAsync(cancellationToken), Is.EqualTo(Messages.Response));
        Assert.That(await channel.ReceiveAsync(cancellationToken), Is.EqualTo(second));
    }

    [Test]
    public async Task Close_between_frames_is_the_end(CancellationToken cancellationToken)
    {
        var (channel, peer) = Connect();
        await peer.WriteAsync(Messages.Frame(Messages.Response.Encode()), cancellationToken);
        await peer.CompleteAsync();

        Assert.That(await channel.ReceiveAsync(cancellationToken), Is.EqualTo(Messages.Response));
        Assert.That(await channel.ReceiveAsync(cancellationToken), Is.Null);
    }

    [Test]
    public async Task Close_at_any_byte_inside_a_frame_is_a_truncation(CancellationToken cancellationToken)
    {
        var frame = Messages.Frame(Messages.Response.Encode());
        for (var length = 1; length < frame.Length; length++)
        {
            var (channel, peer) = Connect();
            await peer.WriteAsync(frame.AsMemory(0, length), cancellationToken);
            await peer.CompleteAsync();

            await Assert.ThatAsync(() => channel.ReceiveAsync(cancellationToken).AsTask(),
                Throws.TypeOf<OpiTruncatedException>().With.Property(nameof(OpiTruncatedException.Received)).EqualTo(length));
        }
    }

    [Test]
    public async Task Unsupported_message_leaves_the_stream_in_step(CancellationToken cancellationToken)
    {
        var (channel, peer) = Connect();
        await peer.WriteAsync(Messages.Frame("""<DeviceRequest WorkstationID="1" RequestID="1" RequestType="Output"/>"""u8), cancellationToken);
        await peer.WriteAsync(Messages.Frame(Messages.Response.Encode()), cancellationToken);

        await Assert.ThatAsync(() => channel.ReceiveAsync(cancellationToken).AsTask(),
            Throws.TypeOf<OpiUnsupportedMessageException>().With.Property(nameof(OpiUnsupportedMessageException.Root)).EqualTo("DeviceRequest"));
        Assert.That(await channel.ReceiveAsync(cancellationToken), Is.EqualTo(Messages.Response));
    }

    [Test]
    public async Task Cancelled_receive_loses_nothing_of_a_frame(CancellationToken cancellationToken)
    {
        var (channel, peer) = Connect();
        var frame = Messages.Frame(Messages.Response.Encode());
        await peer.WriteAsync(frame.AsMemory(0, 9), cancellationToken);
        using (var cancelled = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken))
        {
            var received = channel.ReceiveAsync(cancelled.Token).AsTask();
            await cancelled.CancelAsync();
            await Assert.ThatAsync(() => received, Throws.InstanceOf<OperationCanceledException>());
        }

        await peer.WriteAsync(frame.AsMemory(9), cancellationToken);

        Assert.That(await channel.ReceiveAsync(cancellationToken), Is.EqualTo(Messages.Response));
    }

    [Test]
    public async Task Announced_4_GiB_are_refused_at_once(CancellationToken cancellationToken)
    {
        var (channel, peer) = Connect();
        await peer.WriteAsync(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF }, cancellationToken);

        await Assert.ThatAsync(() => channel.ReceiveAsync(cancellationToken).AsTask(), Throws.TypeOf<OpiFrameTooLargeException>());
    }

    [Test]
    public async Task Sent_message_arrives_at_the_other_end(CancellationToken cancellationToken)
    {
        var (there, back) = (new Pipe(), new Pipe());
        var sender = new OpiChannel(new Duplex(back.Reader, there.Writer));
        var receiver = new OpiChannel(new Duplex(there.Reader, back.Writer));

        await sender.SendAsync(Messages.Response, cancellationToken);

        Assert.That(await receiver.ReceiveAsync(cancellationToken), Is.EqualTo(Messages.Response));
    }

    [Test]
    public async Task Send_to_a_peer_that_reads_no_more_fails(CancellationToken cancellationToken)
    {
        var there = new Pipe();
        await there.Reader.CompleteAsync();
        var sender = new OpiChannel(new Duplex(new Pipe().Reader, there.Writer));

        await Assert.ThatAsync(() => sender.SendAsync(Messages.Response, cancellationToken).AsTask(), Throws.TypeOf<IOException>());
    }

    private static (OpiChannel Channel, PipeWriter Peer) Connect()
    {
        var incoming = new Pipe();
        return (new OpiChannel(new Duplex(incoming.Reader, new Pipe().Writer)), incoming.Writer);
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
