using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace CloudKick.LocalCloud;

/// <summary>
/// An accepted WebSocket as a connection of bytes: MQTT's packets need not begin and end with the socket's messages
/// (MQTT 5.0 §6).
/// </summary>
internal sealed class WebSocketConnection : ConnectionContext
{
    private const int ReceiveBuffer = 4096;

    private readonly WebSocket _socket;
    private readonly CancellationTokenSource _over = new();
    private readonly Pipe _received;
    private readonly Pipe _toSend;

    public WebSocketConnection(WebSocket socket, string connectionId, EndPoint? remote, EndPoint? local, int bufferBytes)
    {
        _socket = socket;
        ConnectionId = connectionId;
        RemoteEndPoint = remote;
        LocalEndPoint = local;
        var options = new PipeOptions(pauseWriterThreshold: bufferBytes, resumeWriterThreshold: bufferBytes / 2, useSynchronizationContext: false);
        _received = new Pipe(options);
        _toSend = new Pipe(options);
        Transport = new Duplex(_received.Reader, _toSend.Writer);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; } = new FeatureCollection();

    public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

    public override IDuplexPipe Transport { get; set; }

    public override void Abort(ConnectionAbortedException abortReason)
    {
        _socket.Abort();
        _over.Cancel();
    }

    /// <summary>Serves the connection; ends when <paramref name="serve"/> has ended and what it wrote is sent, or the socket is gone.</summary>
    public async Task RunAsync(Func<Task> serve)
    {
        var receiving = ReceiveAsync();
        var sending = SendAsync();
        await serve();
        await _toSend.Writer.CompleteAsync();
        await sending;
        await _received.Reader.CompleteAsync();
        await _over.CancelAsync();
        await receiving;
    }

    public override ValueTask DisposeAsync()
    {
        _over.Dispose();
        _socket.Dispose();
        return base.DisposeAsync();
    }

    private async Task ReceiveAsync()
    {
        var writer = _received.Writer;
        try
        {
            while (true)
            {
                var result = await _socket.ReceiveAsync(writer.GetMemory(ReceiveBuffer), _over.Token);
                if (result.MessageType == WebSocketMessageType.Close) Features.Set(new ClosedByClient());
                if (result.MessageType != WebSocketMessageType.Binary) break; // or text, which MQTT is not (MQTT-6.0.0-1)
                writer.Advance(result.Count);
                if ((await writer.FlushAsync(_over.Token)).IsCompleted) break;
            }
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // The reader sees the end of its input, as it does when a TCP connection breaks.
        }
        await writer.CompleteAsync();
    }

    private async Task SendAsync()
    {
        var reader = _toSend.Reader;
        try
        {
            while (true)
            {
                var result = await reader.ReadAsync(_over.Token);
                if (result.Buffer.Length > 0)
                    await _socket.SendAsync(result.Buffer.IsSingleSegment ? result.Buffer.First : result.Buffer.ToArray(), WebSocketMessageType.Binary, true, _over.Token);
                reader.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted) break;
            }
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _over.Token);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException)
        {
            // Nobody receives any more: the writer learns it from its next flush.
        }
        await reader.CompleteAsync();
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
