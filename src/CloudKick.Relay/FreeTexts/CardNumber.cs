namespace CloudKick.Relay.FreeTexts;

/// <summary>Recognises what may be a card number (PAN, ISO/IEC 7812), so that it is refused before it is stored anywhere.</summary>
internal static class CardNumber
{
    private const int Shortest = 13;
    private const int Longest = 19;

    /// <summary>
    /// Whether the text has 13 to 19 digits, perhaps with single spaces, hyphens or dots between groups of them, that begin as the cards
    /// of some brand do and pass the Luhn check. What stands before or after, such as an expiry date, hides nothing. Numbers that pass
    /// the same check and are no cards' are let through: IMEI, ICCID, times in milliseconds.
    /// </summary>
    public static bool IsIn(ReadOnlySpan<char> text)
    {
        if (text.Length < Shortest)
            return false;
        for (var start = 0; start < text.Length; start++)
        {
            if (char.IsAsciiDigit(text[start]) && (start == 0 || !char.IsAsciiDigit(text[start - 1])) && BeginsOne(text[start..]))
                return true;
        }
        return false;
    }

    private static bool BeginsOne(ReadOnlySpan<char> text)
    {
        Span<byte> digits = stackalloc byte[Longest];
        var count = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                if (count == Longest)
                    return false;
                digits[count++] = (byte)(text[at] - '0');
            }
            else if (!IsSeparator(text, at))
            {
                return false;
            }
            var groupEnds = at + 1 == text.Length || !char.IsAsciiDigit(text[at + 1]);
            if (groupEnds && count >= Shortest && IsOfABrand(digits[..count]) && PassesLuhn(digits[..count]))
                return true;
        }
        return false;
    }

    private static bool IsSeparator(ReadOnlySpan<char> text, int at) =>
        text[at] is ' ' or '-' or '.' or '\u00A0' && at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]);

    /// <summary>The brands' first digits and lengths; where lengths were extended over time, all of them.</summary>
    private static bool IsOfABrand(ReadOnlySpan<byte> digits)
    {
        var two = (digits[0] * 10) + digits[1];
        var four = (two * 100) + (digits[2] * 10) + digits[3];
        return digits[0] switch
        {
            4 or 5 or 6 => true, // Visa; Mastercard and Maestro; Maestro, Discover and UnionPay
            2 => digits.Length == 16 && four is >= 2221 and <= 2720, // Mastercard
            3 when digits.Length == 15 => two is 34 or 37, // American Express
            3 => two is 36 or 38 or 39 || four is >= 3000 and <= 3059 || (digits.Length >= 16 && four is >= 3528 and <= 3589), // Diners Club; JCB
            8 => digits.Length >= 16 && two == 81, // UnionPay
            _ => false,
        };
    }

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
