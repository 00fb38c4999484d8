using System.Globalization;

namespace CloudKick.Relay.Times;

/// <summary>
/// Reads a point in time as RFC 3339 §5.6 writes it. The offset is required: a time that means one thing on the merchant's machine
/// and another on ours would let kicks through too long, or not long enough. To the microsecond, as PostgreSQL keeps it, and from 1970 on:
/// what lies beyond comes back from the database as something else.
/// </summary>
public static class Rfc3339
{
    private static readonly string[] Forms = ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz"];

    /// <summary>What is said of a text that is none.</summary>
    public const string Rule = "must be a date and time with its offset, from 1970 on, like 2027-01-31T23:59:59+01:00 or 2027-01-31T22:59:59Z";

    /// <summary>A moment in UTC, as <see cref="TryParse"/> reads it.</summary>
    public static string Write(DateTime moment) => moment.ToUniversalTime().ToString(Forms[0], CultureInfo.InvariantCulture);

    /// <summary>Reads one. Thread-safe.</summary>
    /// <param name="text">What was written.</param>
    /// <param name="moment">When, with the offset that was given.</param>
    public static bool TryParse(string? text, out DateTimeOffset moment)
    {
        moment = default;
        if (text is not { Length: <= 40 }
            || !DateTimeOffset.TryParseExact(text.ToUpperInvariant(), Forms, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var read)
            || read < DateTimeOffset.UnixEpoch)
        {
            return false;
        }

        moment = read.AddTicks(-(read.Ticks % TimeSpan.TicksPerMicrosecond));
        return true;
    }
}
