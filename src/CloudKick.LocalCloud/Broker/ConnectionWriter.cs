using System.Buffers;
using System.IO.Pipelines;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud;

/// <summary>
/// The only writer of a connection's output. Replies from the reader and deliveries from the session meet here and leave in
/// as few sends as possible, replies first. Replies are bounded by the reader waiting for room before it reads on;
/// deliveries by the session's queue. An idle writer holds no buffer.
/// </summary>
internal sealed class ConnectionWriter(
    PipeWriter output, MqttProtocolVersion version, Func<PipeWriter, bool> writeNextDelivery, FreezeGate freeze, Throughput? throughput)
{
    private const int FlushThreshold = 64 * 1024;
    private const int MaximumReplyBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly AsyncSignal _work = new();
    private readonly AsyncSignal _room = new();
    private ArrayBufferWriter<byte>? _replies;
    private bool _readerIsLeaving;
    private bool _finishing;
    private MqttReasonCode? _lastWord;
    private volatile bool _flushing;

    /// <summary>Whether the client is not taking what was sent to it right now.</summary>
    public bool IsFlushing => _flushing;

    public void Send(ConnAckPacket packet) => Append(packet, static (packet, output, version) => packet.Encode(output, version));

    public void Send(PubAckPacket packet) => Append(packet, static (packet, output, version) => packet.Encode(output, version));

    public void Send(SubAckPacket packet) => Append(packet, static (packet, output, version) => packet.Encode(output, version));

    public void Send(UnsubAckPacket packet) => Append(packet, static (packet, output, version) => packet.Encode(output, version));

    public void Send(PingRespPacket packet) => Append(packet, static (packet, output, version) => packet.Encode(output, version));

    /// <summary>There may be a delivery to write.</summary>
    public void Wake() => _work.Set();

    /// <summary>Completes when there is room for more replies; <see cref="StopWaiting"/> ends it too.</summary>
    public async ValueTask WaitForRoomAsync()
    {
        while (HasTooManyReplies()) await _room.WaitAsync();
    }

    /// <summary>Lets a reader that waits for room go on to its end.</summary>
    public void StopWaiting()
    {
        lock (_gate) _readerIsLeaving = true;
        _room.Set();
    }

    /// <summary>Ends <see cref="RunAsync"/> after the replies that are waiting and, in MQTT 5, a DISCONNECT with <paramref name="lastWord"/>.</summary>
    public void Finish(MqttReasonCode? lastWord)
    {
        lock (_gate)
        {
            _finishing = true;
            _lastWord = lastWord;
        }
        _work.Set();
    }

    /// <exception cref="IOException">The connection broke.</exception>
    public async Task RunAsync()
    {
        while (true)
        {
            await freeze.WaitAsync();
            bool last = WriteReplies();
            bool more = !last;
            while (more && !freeze.IsClosed && output.UnflushedBytes < FlushThreshold) more = writeNextDelivery(output);

            if (output.UnflushedBytes > 0)
            {
                if (await FlushAsync()) return;
            }
            else if (!last)
            {
                await _work.WaitAsync();
            }
            if (last) return;
        }
    }

    /// <returns>Whether the peer is gone.</returns>
    private async ValueTask<bool> FlushAsync()
    {
        long bytes = output.UnflushedBytes;
        _flushing = true;
        var result = await output.FlushAsync();
        _flushing = false;
        if (throughput is not null && !result.IsCompleted) await throughput.PassAsync((int)bytes);
        return result.IsCompleted;
    }

    private void Append<T>(T packet, Action<T, IBufferWriter<byte>, MqttProtocolVersion> encode)
    {
        lock (_gate) encode(packet, _replies ??= new ArrayBufferWriter<byte>(), version);
        _work.Set();
    }

    /// <returns>Whether these were the last.</returns>
    private bool WriteReplies()
    {
        ArrayBufferWriter<byte>? replies;
        bool last;
        lock (_gate)
        {
            replies = _replies;
            _replies = null;
            last = _finishing;
        }
        if (replies is not null)
        {
            output.Write(replies.WrittenSpan);
            _room.Set();
        }
        if (last && _lastWord is { } code && version == MqttProtocolVersion.V5)
            new DisconnectPacket { ReasonCode = code }.Encode(output, version);
        return last;
    }

    private bool HasTooManyReplies()
    {
        lock (_gate) return !_readerIsLeaving && _replies?.WrittenCount > MaximumReplyBytes;
    }
}
