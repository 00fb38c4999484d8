using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>A connection without a network: what the client sends is put in, what the broker sends is taken out.</summary>
internal sealed class MemoryConnection : ConnectionContext
{
    // Nothing waits for the other side: who reads and who writes is one thread.
    private static readonly PipeOptions Unbounded = new(
        pauseWriterThreshold: 0, readerScheduler: PipeScheduler.Inline, writerScheduler: PipeScheduler.Inline, useSynchronizationContext: true);

    private readonly Pipe _toBroker = new(Unbounded);
    private readonly Pipe _toClient = new(Unbounded);

    public MemoryConnection() => Transport = new Duplex(_toBroker.Reader, _toClient.Writer);

    public override string ConnectionId { get; set; } = "memory";

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    // The client notices nothing: it goes on until it closes.
    public override void Abort(ConnectionAbortedException abortReason)
    {
    }

    /// <summary>The client sends bytes.</summary>
    public void Send(ReadOnlySpan<byte> bytes)
    {
        _toBroker.Writer.Write(bytes);
        // Done at once: there is no bound to wait for.
        _toBroker.Writer.AsStream(leaveOpen: true).Flush();
    }

    /// <summary>The client is gone.</summary>
    public void Close() => _toBroker.Writer.Complete();

    /// <summary>Takes what the broker sent since the last time.</summary>
    public void Receive(IBufferWriter<byte> output)
    {
        while (_toClient.Reader.TryRead(out var result))
        {
            foreach (var piece in result.Buffer)
                output.Write(piece.Span);
            _toClient.Reader.AdvanceTo(result.Buffer.End);
            if (result.Buffer.IsEmpty)
                return;
        }
    }

    /// <summary>Gives the memory back; both sides must be done.</summary>
    public void Release()
    {
        _toBroker.Reader.Complete();
        _toClient.Writer.Complete();
        _toClient.Reader.Complete();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
