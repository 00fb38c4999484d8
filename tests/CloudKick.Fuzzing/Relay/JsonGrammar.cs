using System.Globalization;
using System.Text;
using CloudKick.Fuzzing.Engine;

namespace CloudKick.Fuzzing.Relay;

/// <summary>A member of a body, and values that it may have, as JSON.</summary>
internal sealed record JsonMember(string Name, params string[] Values);

/// <summary>
/// JSON objects of known members: as they should be, or with strange values, members that are unknown or come twice, depth, long texts
/// and numbers at the edges.
/// </summary>
internal static class JsonGrammar
{
    private const int LongText = 2_000;
    private const int Depths = 40;

    private static readonly string[] Strange =
    [
        "null", "true", "0", "-0", "-1", "1e400", "1E-400", "9223372036854775808", "2147483648", "0.1", "12345678901234567890123456789012345678901234567890", "\"\"", "[]", "{}",
        "[null]", "{\"a\":null}", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"\\ud83d\\ude00\"", "\"4111 1111 1111 1111\"", "\"\\u202e\"", "\"NaN\"", "\"ck_live_a_b\"",
        "\"00000000-0000-0000-0000-000000000000\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"0001-01-01T00:00:00+14:00\"", "\"2026-11-21T10:00:00+02:00\"", "\"2026-11-21\"",
    ];

    /// <summary>Words of the format, for damage.</summary>
    public static byte[][] Words { get; } =
    [
        "\"\\ud800\""u8.ToArray(), "null"u8.ToArray(), "{\"a\":"u8.ToArray(), "[[[["u8.ToArray(), ",\"terminalId\":"u8.ToArray(), "\\u0000"u8.ToArray(), "1e999"u8.ToArray(),
        "/*"u8.ToArray(), [0xED, 0xA0, 0x80], [0xC0, 0x80], [0xEF, 0xBB, 0xBF], "\"$type\":"u8.ToArray(),
    ];

    /// <summary>Writes an object.</summary>
    /// <returns>Whether every member is known, there once, and of one of its values.</returns>
    public static bool Write(FuzzRandom random, FuzzInput output, JsonMember[] members)
    {
        var odd = random.OneIn(3);
        var text = new StringBuilder("{");
        var count = 0;
        foreach (var member in members)
        {
            if (random.OneIn(5))
                continue;
            AppendMember(random, text, count++, member.Name, odd && random.OneIn(3) ? Odd(random) : random.Of(member.Values));
            if (odd && random.OneIn(12))
                AppendMember(random, text, count++, random.OneIn(2) ? member.Name : Name(random), Odd(random));
        }
        output.Add(text.Append('}').ToString());
        return !odd;
    }

    /// <summary>Writes an object as it should be: every member, in its place, of one of its values.</summary>
    public static void WriteWhole(FuzzRandom random, FuzzInput output, JsonMember[] members)
    {
        var text = new StringBuilder("{");
        for (var i = 0; i < members.Length; i++)
            AppendMember(random, text, i, members[i].Name, random.Of(members[i].Values));
        output.Add(text.Append('}').ToString());
    }

    /// <summary>Any value, mostly one that does not belong where it stands.</summary>
    public static string Odd(FuzzRandom random) => random.Below(12) switch
    {
        0 => $"\"{new string('x', random.Below(LongText))}\"",
        1 => Nested(random.Between(1, Depths)),
        2 => string.Concat(Enumerable.Repeat("{\"a\":", random.Between(1, Depths))) + "1",
        3 => (random.Next() >> random.Below(64)).ToString(CultureInfo.InvariantCulture),
        _ => random.Of(Strange),
    };

    private static string Name(FuzzRandom random) => random.Below(4) switch
    {
        0 => new string('n', random.Below(LongText)),
        1 => "4111111111111111",
        2 => "$type",
        _ => "a\\u0000'\\\"b",
    };

    private static void AppendMember(FuzzRandom random, StringBuilder text, int count, string name, string value)
    {
        if (count > 0)
            text.Append(',');
        if (random.OneIn(6))
            text.Append(" \r\n\t");
        text.Append('"').Append(name).Append("\":").Append(value);
    }

    private static string Nested(int depth) => new string('[', depth) + new string(']', depth);
}
