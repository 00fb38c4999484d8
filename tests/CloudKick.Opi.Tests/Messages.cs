using System.Buffers;
using System.Text;

namespace CloudKick.Opi.Tests;

/// <summary>Messages and documents the tests have in common.</summary>
internal static class Messages
{
    public static readonly OpiHeader Header = new() { RequestType = OpiRequestTypes.GetStatus, WorkstationId = "TAS", RequestId = "42" };

    public static readonly ServiceResponse Response = new(Header, OpiResult.Success)
    {
        Terminal = new OpiTerminal { TerminalId = "NL000123", Stan = "000073" },
        PrivateData = new PrivateData { KickId = "kck_01", FirmwareVersion = "14.0.11.01", Model = "Simulé €" },
    };

    public static byte[] Frame(ReadOnlySpan<byte> document)
    {
        var output = new ArrayBufferWriter<byte>();
        OpiFrame.Write(output, document);
        return output.WrittenSpan.ToArray();
    }

    public static OpiMessage Decode(byte[] document) => OpiMessage.Decode(new ReadOnlySequence<byte>(document));

    public static OpiMessage Decode(string document) => Decode(Encoding.UTF8.GetBytes(document));
}
