namespace CloudKick.Relay.Kicks;

/// <summary>Recognises what may be a card number, so that it is refused before it is stored anywhere.</summary>
internal static class CardNumber
{
    private const int Shortest = 13;
    private const int Longest = 19;

    /// <summary>Whether the text has a run of 13 to 19 digits, perhaps with single spaces or hyphens between them, that passes the Luhn check.</summary>
    public static bool IsIn(ReadOnlySpan<char> text)
    {
        Span<byte> digits = stackalloc byte[Longest];
        for (var start = 0; start < text.Length; start++)
        {
            if (!char.IsAsciiDigit(text[start]) || (start > 0 && char.IsAsciiDigit(text[start - 1])))
                continue;
            var count = 0;
            var at = start;
            while (at < text.Length && count < Longest && (char.IsAsciiDigit(text[at]) || IsSeparator(text, at)))
            {
                if (char.IsAsciiDigit(text[at]))
                    digits[count++] = (byte)(text[at] - '0');
                at++;
            }
            var runGoesOn = at < text.Length && char.IsAsciiDigit(text[at]);
            if (count >= Shortest && !runGoesOn && PassesLuhn(digits[..count]))
                return true;
        }
        return false;
    }

    private static bool IsSeparator(ReadOnlySpan<char> text, int at) =>
        text[at] is ' ' or '-' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]);

    private static bool PassesLuhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (int)digits[^(i + 1)];
            if (i % 2 == 1)
                digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }
        return sum % 10 == 0;
    }
}
