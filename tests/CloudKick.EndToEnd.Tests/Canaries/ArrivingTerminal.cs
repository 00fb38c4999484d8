using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudKick.Opi;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>A terminal that answers the TAS with whatever document the test likes.</summary>
internal static class ArrivingTerminal
{
    /// <summary>Connects, waits for the TAS's question, answers with the document, and waits until the TAS has closed.</summary>
    /// <param name="port">The TAS's.</param>
    /// <param name="document">The answer; <c>{header}</c> stands for the attributes that echo the question.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task AnswerAsync(int port, string document, CancellationToken cancellationToken)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
        var stream = client.GetStream();
        var output = PipeWriter.Create(stream);
        var channel = new OpiChannel(new Duplex(PipeReader.Create(stream), output));
        var question = (await channel.ReceiveAsync(cancellationToken))!.Header;
        var header = $"RequestType=\"{question.RequestType}\" WorkstationID=\"{question.WorkstationId}\" RequestID=\"{question.RequestId}\"";
        OpiFrame.Write(output, Encoding.UTF8.GetBytes(document.Replace("{header}", header, StringComparison.Ordinal)));
        await output.FlushAsync(cancellationToken);
        client.Client.Shutdown(SocketShutdown.Send);
        try
        {
            while (await channel.ReceiveAsync(cancellationToken) is not null)
            {
            }
        }
        catch (Exception exception) when (exception is IOException or OpiException)
        {
            // A reset is a close.
        }
    }

    private sealed record Duplex(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
