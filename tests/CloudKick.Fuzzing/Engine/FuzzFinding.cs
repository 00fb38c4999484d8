using System.Globalization;
using System.Text;

namespace CloudKick.Fuzzing.Engine;

/// <summary>What kind of wrong.</summary>
internal enum FuzzFindingKind
{
    /// <summary>An exception that is not documented.</summary>
    Exception,

    /// <summary>A result that is not what it must be.</summary>
    WrongResult,

    /// <summary>More memory than the input can be worth.</summary>
    Allocation,

    /// <summary>Work without an end.</summary>
    Spin,

    /// <summary>Waiting without an end.</summary>
    Hang,
}

/// <summary>An input with which the product does wrong, and all that is needed to see it again.</summary>
internal sealed record FuzzFinding(string Target, ulong Seed, long Index, FuzzFindingKind Kind, string Message, byte[] Input)
{
    private const int ShownBytes = 1024;
    private const int BytesPerLine = 16;

    /// <summary>The command that repeats it.</summary>
    public string Command => Line($"dotnet run -c Release --project tests/CloudKick.Fuzzing -- {Target} --seed {Seed} --index {Index}");

    public override string ToString() => Line($"{Target}, input {Index} of seed {Seed}: {Kind}\n{Message}\n{Input.Length} bytes:\n{HexDump()}Repeat it: {Command}");

    private string HexDump()
    {
        var dump = new StringBuilder();
        for (var line = 0; line < Math.Min(Input.Length, ShownBytes); line += BytesPerLine)
        {
            var bytes = Input.AsSpan(line, Math.Min(BytesPerLine, Input.Length - line));
            dump.Append(CultureInfo.InvariantCulture, $"{line:x6}  ");
            for (var i = 0; i < BytesPerLine; i++)
                dump.Append(i < bytes.Length ? bytes[i].ToString("x2", CultureInfo.InvariantCulture) : "  ").Append(' ');
            dump.Append(' ');
            foreach (var value in bytes)
                dump.Append(value is >= 0x20 and < 0x7F ? (char)value : '.');
            dump.Append('\n');
        }
        return Input.Length > ShownBytes ? dump.Append("…\n").ToString() : dump.ToString();
    }

    private static string Line(FormattableString line) => line.ToString(CultureInfo.InvariantCulture);
}
