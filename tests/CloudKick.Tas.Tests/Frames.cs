using System.Buffers;
using System.Text;
using CloudKick.Opi;

namespace CloudKick.Tas.Tests;

internal static class Frames
{
    public static byte[] Of(string document)
    {
        var output = new ArrayBufferWriter<byte>();
        OpiFrame.Write(output, Encoding.UTF8.GetBytes(document));
        return output.WrittenSpan.ToArray();
    }
}
