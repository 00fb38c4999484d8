using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace CloudKick.Relay.Users;

/// <summary>
/// Time-based one-time passwords (RFC 6238) as every authenticator app makes them: HMAC-SHA-1, 30-second steps from the Unix epoch,
/// six digits. Pure.
/// </summary>
internal static class Totp
{
    public const int Digits = 6;

    private const int SecretBytes = 20; // RFC 4226 §4 R6: as long as the hash
    private const int StepSeconds = 30;
    private const int Modulus = 1_000_000;

    // RFC 6238 §5.2: one step either way, for clocks that differ and people who type slowly.
    private static readonly int[] Tolerated = [0, -1, 1];

    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>The code of a step.</summary>
    public static string Code(ReadOnlySpan<byte> secret, long step) =>
        (Truncated(secret, step) % Modulus).ToString("D" + Digits, CultureInfo.InvariantCulture);

    /// <summary>The step that a moment lies in.</summary>
    public static long StepAt(DateTimeOffset moment) => moment.ToUnixTimeSeconds() / StepSeconds;

    /// <summary>The step that this is the code of, now or one step around it; null when of none. Takes the same time for every wrong code.</summary>
    public static long? Match(ReadOnlySpan<byte> secret, string code, DateTimeOffset now)
    {
        long? matched = null;
        foreach (var distance in Tolerated)
        {
            var step = StepAt(now) + distance;
            if (CryptographicOperations.FixedTimeEquals(System.Text.Encoding.ASCII.GetBytes(Code(secret, step)), System.Text.Encoding.UTF8.GetBytes(code)))
                matched ??= step;
        }

        return matched;
    }

    /// <summary>What an authenticator app reads from the QR code (the "Key URI format").</summary>
    public static string Uri(ReadOnlySpan<byte> secret, string issuer, string account) =>
        $"otpauth://totp/{System.Uri.EscapeDataString(issuer)}:{System.Uri.EscapeDataString(account)}"
        + $"?secret={Base32.Encode(secret)}&issuer={System.Uri.EscapeDataString(issuer)}";

    /// <summary>RFC 4226 §5.3, dynamic truncation.</summary>
    internal static int Truncated(ReadOnlySpan<byte> secret, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> mac = stackalloc byte[20];
#pragma warning disable CA5350 // SHA-1 is what authenticator apps do, and HMAC does not need collision resistance.
        HMACSHA1.HashData(secret, counter, mac);
#pragma warning restore CA5350
        return BinaryPrimitives.ReadInt32BigEndian(mac[(mac[^1] & 0xF)..]) & 0x7FFF_FFFF;
    }
}
