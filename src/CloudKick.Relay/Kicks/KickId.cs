using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace CloudKick.Relay.Kicks;

/// <summary>
/// Identifies one kick. Written as <c>kck_</c> and 26 characters of Crockford's base 32: the 128 bits of the version 7 UUID that
/// PostgreSQL made, so kick ids sort by time.
/// </summary>
public readonly record struct KickId(Guid Value) : ISpanParsable<KickId>
{
    private const string Prefix = "kck_";
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Digits = 26;
    private const int BitsPerDigit = 5;

    /// <summary>The length of every written kick id, in characters.</summary>
    public const int Length = 30;

    /// <summary>When it was made, to the millisecond: its first 48 bits. Of an id that PostgreSQL did not make, some moment.</summary>
    public DateTimeOffset Moment =>
        DateTimeOffset.FromUnixTimeMilliseconds((long)UInt128.Min(ToBits(Value) >> 80, (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()));

    /// <summary>The written form.</summary>
    public override string ToString() => string.Create(Length, Value, static (text, value) =>
    {
        Prefix.CopyTo(text);
        var bits = ToBits(value);
        for (var i = text.Length - 1; i >= Prefix.Length; i--)
        {
            text[i] = Alphabet[(int)(bits & 31)];
            bits >>= BitsPerDigit;
        }
    });

    /// <summary>Reads the written form, digits in upper or lower case. Nothing else is a kick id: no spaces, no look-alike letters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out KickId id) => TryParse(text.AsSpan(), null, out id);

    /// <inheritdoc/>
    public static bool TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out KickId result)
    {
        result = default;
        if (s.Length != Length || !s.StartsWith(Prefix, StringComparison.Ordinal))
            return false;

        var bits = UInt128.Zero;
        for (var i = Prefix.Length; i < Length; i++)
        {
            var digit = Alphabet.IndexOf(ToUpper(s[i]), StringComparison.Ordinal);
            // 26 digits are 130 bits: the first one may only use the lower three of its five.
            if (digit < 0 || (i == Prefix.Length && digit > 7))
                return false;
            bits = (bits << BitsPerDigit) | (uint)digit;
        }

        result = new KickId(FromBits(bits));
        return true;
    }

    /// <inheritdoc/>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out KickId result) =>
        TryParse(s.AsSpan(), provider, out result);

    /// <summary>Reads the written form.</summary>
    /// <exception cref="FormatException">It is not a kick id.</exception>
    public static KickId Parse(string s, IFormatProvider? provider = null) => Parse(s.AsSpan(), provider);

    /// <inheritdoc/>
    public static KickId Parse(ReadOnlySpan<char> s, IFormatProvider? provider) =>
        TryParse(s, provider, out var id) ? id : throw new FormatException($"A kick id is '{Prefix}' and {Digits} characters.");

    // Not char.ToUpperInvariant: to it ſ is an s.
    private static char ToUpper(char c) => char.IsAsciiLetterLower(c) ? (char)(c - ('a' - 'A')) : c;

    private static UInt128 ToBits(Guid value)
    {
        Span<byte> bytes = stackalloc byte[16];
        value.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }

    private static Guid FromBits(UInt128 bits)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        return new Guid(bytes, bigEndian: true);
    }
}
