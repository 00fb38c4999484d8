using System.Buffers;
using BenchmarkDotNet.Attributes;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;

namespace CloudKick.Benchmarks.Pieces;

/// <summary>The MQTT codec on the packets of a kick.</summary>
public class CodecBenchmarks
{
    private const int Frames = 64;
    private const int MaximumPacketSize = 256 * 1024;

    private readonly ArrayBufferWriter<byte> _output = new(MaximumPacketSize);
    private MqttMessage _kick = null!;
    private MqttMessage _bare = null!;
    private ReadOnlySequence<byte> _publish;
    private ReadOnlySequence<byte> _pubAck;
    private ReadOnlySequence<byte> _pubAcks;
    private ReadOnlySequence<byte> _pubAcksInPieces;

    [GlobalSetup]
    public void Prepare()
    {
        _kick = KickMessage.Create(KickPieceBenchmarks.Attempt, KickPieceBenchmarks.Tas);
        _bare = new MqttMessage { Topic = _kick.Topic, Payload = _kick.Payload, QualityOfService = MqttQualityOfService.AtLeastOnce };
        _publish = Bytes(output => PublishPacket.TryEncode(_kick, 7, duplicate: false, output, MqttProtocolVersion.V5));
        _pubAck = Bytes(output => new PubAckPacket(7).Encode(output, MqttProtocolVersion.V5));
        _pubAcks = Bytes(output =>
        {
            for (ushort identifier = 1; identifier <= Frames; identifier++)
                new PubAckPacket(identifier, MqttReasonCode.NoMatchingSubscribers).Encode(output, MqttProtocolVersion.V5);
        });
        _pubAcksInPieces = Segments.Cut(_pubAcks.ToArray(), 3);
    }

    [Benchmark(Description = "encode PUBLISH, topic and payload only")]
    public int EncodeBarePublish() => Encode(_bare);

    [Benchmark(Description = "encode PUBLISH, a kick with its properties")]
    public int EncodePublish() => Encode(_kick);

    [Benchmark(Description = "decode PUBLISH, a kick with its properties")]
    public object DecodePublish()
    {
        var buffer = _publish;
        MqttFrame.TryRead(ref buffer, MaximumPacketSize, out var frame);
        return PublishPacket.Decode(frame, MqttProtocolVersion.V5);
    }

    [Benchmark(Description = "encode PUBACK")]
    public int EncodePubAck()
    {
        _output.ResetWrittenCount();
        new PubAckPacket(7).Encode(_output, MqttProtocolVersion.V5);
        return _output.WrittenCount;
    }

    [Benchmark(Description = "decode PUBACK")]
    public int DecodePubAck() => DecodeAll(_pubAck);

    [Benchmark(Description = "split and decode, one of 64 PUBACKs in one buffer", OperationsPerInvoke = Frames)]
    public int DecodePubAcks() => DecodeAll(_pubAcks);

    [Benchmark(Description = "split and decode, one of 64 PUBACKs torn every 3 bytes", OperationsPerInvoke = Frames)]
    public int DecodeTornPubAcks() => DecodeAll(_pubAcksInPieces);

    private int Encode(MqttMessage message)
    {
        _output.ResetWrittenCount();
        PublishPacket.TryEncode(message, 7, duplicate: false, _output, MqttProtocolVersion.V5, MaximumPacketSize);
        return _output.WrittenCount;
    }

    private static int DecodeAll(ReadOnlySequence<byte> buffer)
    {
        var sum = 0;
        while (MqttFrame.TryRead(ref buffer, MaximumPacketSize, out var frame))
            sum += PubAckPacket.Decode(frame, MqttProtocolVersion.V5).PacketIdentifier;
        return sum;
    }

    private static ReadOnlySequence<byte> Bytes(Action<IBufferWriter<byte>> write)
    {
        var output = new ArrayBufferWriter<byte>();
        write(output);
        return new ReadOnlySequence<byte>(output.WrittenMemory);
    }
}
