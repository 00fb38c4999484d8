using System.Globalization;
using System.Text;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>How this machine's clock differs from a web server's.</summary>
/// <param name="Offset">This machine's time less the server's, in the middle of what it can be; positive: ahead.</param>
/// <param name="Accuracy">How far off that can be: servers tell whole seconds, many of them up to a second old, and the answer takes its time.</param>
internal sealed record ServerClock(TimeSpan Offset, TimeSpan Accuracy)
{
    private const int LongestAnswer = 16 * 1024;

    private static readonly TimeSpan MiddleAge = TimeSpan.FromSeconds(1);

    /// <summary>Asks for nothing in particular over HTTP, and reads the time off the answer (RFC 9110 §6.6.1).</summary>
    /// <returns>Null: no answer, or none that tells the time.</returns>
    public static async Task<ServerClock?> ReadAsync(Stream stream, string host, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            var asked = timeProvider.GetUtcNow();
            var started = timeProvider.GetTimestamp();
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), cancellationToken);
            var header = await ReadHeaderAsync(stream, cancellationToken);
            return Parse(header) is { } date ? Of(date, asked, timeProvider.GetElapsedTime(started)) : null;
        }
        catch (IOException)
        {
            return null; // it broke off: it tells no time
        }
    }

    /// <summary>What a Date header says of this machine's clock. Pure.</summary>
    /// <param name="date">The header.</param>
    /// <param name="asked">When the question left, by this machine's clock.</param>
    /// <param name="took">From then to the answer.</param>
    public static ServerClock Of(DateTimeOffset date, DateTimeOffset asked, TimeSpan took) =>
        new(asked + (took / 2) - (date + MiddleAge), MiddleAge + (took / 2));

    private static async Task<string> ReadHeaderAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[LongestAnswer];
        var length = 0;
        while (length < buffer.Length && buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) < 0)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
                break;
            length += read;
        }
        return Encoding.ASCII.GetString(buffer, 0, length);
    }

    private static DateTimeOffset? Parse(string header)
    {
        foreach (var line in header.Split("\r\n").TakeWhile(line => line.Length > 0))
        {
            if (line.Split(':', 2, StringSplitOptions.TrimEntries) is [var name, var value] && name.Equals("Date", StringComparison.OrdinalIgnoreCase)
                && DateTimeOffset.TryParseExact(value, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            {
                return date;
            }
        }
        return null;
    }
}
