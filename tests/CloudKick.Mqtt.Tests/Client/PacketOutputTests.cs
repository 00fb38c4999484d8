using System.IO.Pipelines;
using CloudKick.Mqtt.Client;
using CloudKick.Mqtt.Packets;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Tests.Client;

[CancelAfter(10_000)]
internal sealed class PacketOutputTests
{
    private static readonly Acknowledgement Packet = new(MqttPacketType.PubAck, 1, MqttReasonCode.Success, null, []);

    [Test]
    public async Task What_has_gathered_is_sent_in_one_piece(CancellationToken cancellationToken)
    {
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var output = Output(pipe.Writer);
        for (var i = 0; i < 1_000; i++)
            output.Append(Packet);
        var sends = new List<long>();

        output.Complete();
        await output.RunAsync(sends.Add, cancellationToken);

        Assert.That(sends, Is.EqualTo(new[] { 4_000 }));
        Assert.That((await pipe.Reader.ReadAsync(cancellationToken)).Buffer.Length, Is.EqualTo(4_000));
    }

    [Test]
    public async Task What_was_not_taken_before_the_end_is_not_handed_over(CancellationToken cancellationToken)
    {
        // Takes the first byte and then no more.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1, resumeWriterThreshold: 1));
        var output = Output(pipe.Writer);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var running = output.RunAsync(_ => { }, stop.Token);
        output.Append(Packet, out _, out var firstEnd);
        await pipe.Reader.ReadAsync(cancellationToken);
        output.Append(Packet, out var secondStart, out _);

        await stop.CancelAsync();

        Assert.That(() => running, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(output.HandedOver, Is.EqualTo(firstEnd));
        Assert.That(secondStart, Is.EqualTo(output.HandedOver));
        Assert.That(output.Append(Packet), Is.EqualTo(AppendResult.Closed));
    }

    private static PacketOutput Output(PipeWriter writer) =>
        new(writer.AsStream(), MqttProtocolVersion.V5, MqttFrame.LargestPacket, TimeSpan.FromSeconds(20), TimeProvider.System);
}
