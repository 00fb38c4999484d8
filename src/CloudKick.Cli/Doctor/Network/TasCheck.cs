using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using CloudKick.Opi;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>Whether terminals can open their sessions from here. The TAS speaks first: it asks who is there.</summary>
internal sealed class TasCheck(TasTarget target, TimeProvider timeProvider)
{
    public const string Name = "tas";

    private const int LongestMessage = 64 * 1024;

    // Part of the check's time: that nothing is said is a finding of its own.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private string Where => $"{target.Host}:{target.Port}";

    public string WhenSilent => $"Allow outgoing TCP to port {target.Port} in router and firewall, to {target.Host}.";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (target.Tls)
            {
                await using var peek = await TlsPeek.OpenAsync(target, cancellationToken);
                var trust = ServerTrust.Judge(Name, target.Host, peek.Version, peek.Server, target.Roots is not null, timeProvider.GetUtcNow());
                return trust.Holds ? await ListenAsync(peek.Stream, trust, cancellationToken) : trust;
            }
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(target.Host, target.Port, cancellationToken);
            await using var stream = new NetworkStream(socket, ownsSocket: false);
            return await ListenAsync(stream, Finding.Ok(Name, "plain TCP"), cancellationToken);
        }
        catch (SocketException exception)
        {
            return exception.SocketErrorCode switch
            {
                SocketError.ConnectionRefused => Finding.Failed(Name, $"{Where} refuses connections", $"Check the address. If it is right, the TAS does not run, or a firewall refuses for it: {WhenSilent}"),
                SocketError.HostNotFound or SocketError.NoData or SocketError.TryAgain => Finding.Failed(Name, $"{target.Host} has no address ({exception.SocketErrorCode})", "Check the TAS's name, and this network's DNS."),
                var error => Finding.Failed(Name, $"{Where} cannot be reached ({error})", WhenSilent),
            };
        }
        catch (TlsPeekException exception)
        {
            return Finding.Failed(Name, $"TLS with {Where} fails: {exception.Message}", "Check whether this TAS speaks TLS (--tas-tls), and the port; else something on the way opens or cuts TLS.");
        }
    }

    private async Task<Finding> ListenAsync(Stream stream, Finding connected, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var reader = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
            while (true)
            {
                var read = await reader.ReadAsync(patience.Token);
                var buffer = read.Buffer;
                if (OpiFrame.TryRead(ref buffer, LongestMessage, out var document))
                    return Asked(document, connected);
                if (read.IsCompleted)
                {
                    return Finding.Failed(
                        Name, $"{Where} takes the connection and closes it without a word",
                        "The TAS may be full or stopping, or a firewall or load balancer answers in its place: try again, and look at the TAS's log.");
                }
                reader.AdvanceTo(buffer.Start, buffer.End);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Finding.Warning(
                Name, $"{Where} takes the connection and is silent for {Patience.TotalSeconds:0} s",
                "CloudKick's TAS asks at once who is there (GetStatus). Another TAS may wait; else a firewall answers in its place, or it wants TLS (--tas-tls).");
        }
        catch (Exception wrong) when (wrong is OpiException or IOException)
        {
            return Finding.Failed(Name, $"{Where} answers, but not as a TAS: {wrong.Message}", "Check host and port, and whether TLS is spoken there (--tas-tls).");
        }
    }

    private Finding Asked(in ReadOnlySequence<byte> document, Finding connected) =>
        OpiMessage.Decode(document) is ServiceRequest request
            ? connected with { Evidence = $"{Where} ({connected.Evidence}) asks {request.Header.RequestType}, as a TAS does" }
            : throw new OpiUnsupportedMessageException("an answer");
}
