using System.Buffers;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Opi;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary>A TAS as far as the doctor waits for it: it asks who is there.</summary>
internal static class Tas
{
    public static LyingServer Start() => LyingServer.OverTcp(AskAsync);

    public static LyingServer StartTls(X509Certificate2 certificate) => LyingServer.OverTls(certificate, (stream, _, stopping) => AskAsync(stream, stopping));

    private static async Task AskAsync(Stream stream, CancellationToken cancellationToken)
    {
        var frame = new ArrayBufferWriter<byte>();
        OpiFrame.Write(frame, new ServiceRequest(new OpiHeader { RequestType = OpiRequestTypes.GetStatus, WorkstationId = "1", RequestId = "1" }).Encode());
        await stream.WriteAsync(frame.WrittenMemory, cancellationToken);
        await stream.ReadAtLeastAsync(new byte[1], 1, throwOnEndOfStream: false, cancellationToken);
    }
}
