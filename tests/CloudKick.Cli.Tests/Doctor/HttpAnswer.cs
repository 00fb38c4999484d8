using System.Globalization;
using System.Text;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary>Just enough of a web server to tell the time.</summary>
internal static class HttpAnswer
{
    /// <summary>Reads a request and answers it with this Date.</summary>
    public static async Task WriteAsync(Stream stream, DateTimeOffset date, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        if (await stream.ReadAsync(buffer, cancellationToken) > 0)
        {
            await stream.WriteAsync(
                Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 403 Forbidden\r\ndate: {date:r}\r\nContent-Length: 0\r\n\r\n")), cancellationToken);
        }
    }
}
