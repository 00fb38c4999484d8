using System.Text;

namespace CloudKick.Relay.Csv;

/// <summary>Writes comma-separated values (RFC 4180): cells quoted where they must be, lines that end in CR LF.</summary>
internal static class CsvLine
{
    private const string LineEnd = "\r\n";

    // A spreadsheet takes what begins like this for a formula.
    private const string FormulaStarts = "=+-@\t\r\n";

    /// <summary>A line for people's spreadsheets: a quote mark stands before what one would calculate.</summary>
    public static StringBuilder AppendHarmless(this StringBuilder csv, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
            csv.Append(i == 0 ? "" : ",").Append(Harmless(cells[i]));
        return csv.Append(LineEnd);
    }

    /// <summary>A line that is to be read back: exactly these cells.</summary>
    public static StringBuilder AppendExact(this StringBuilder csv, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
            csv.Append(i == 0 ? "" : ",").Append(Quoted(cells[i]));
        return csv.Append(LineEnd);
    }

    /// <summary>One cell of a <see cref="AppendHarmless"/> line.</summary>
    public static string Harmless(string text) =>
        Quoted(text.Length > 0 && FormulaStarts.Contains(text[0], StringComparison.Ordinal) ? "'" + text : text);

    // Also a semicolon: some spreadsheets, and our own reader in a first line, take it for a separator.
    private static string Quoted(string text) =>
        text.AsSpan().IndexOfAny("\",;\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
