using System.Text;

namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>A parameter sheet as CSV (RFC 4180) with a header line: <c>section,group,name,value</c>.</summary>
internal static class ParameterSheetCsv
{
    private const string LineEnd = "\r\n";

    // A spreadsheet takes what begins like this for a formula.
    private const string FormulaStarts = "=+-@\t\r\n";

    public static string Write(ParameterSheet sheet)
    {
        var csv = new StringBuilder();
        Append(csv, "section", "group", "name", "value");
        foreach (var parameter in sheet.Parameters)
            Append(csv, parameter.Section, parameter.Group ?? "", parameter.Name, parameter.Value);
        return csv.ToString();
    }

    /// <summary>A cell: quoted where it must be, and with a quote mark before what a spreadsheet would calculate.</summary>
    internal static string Cell(string text)
    {
        var harmless = text.Length > 0 && FormulaStarts.Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return harmless.AsSpan().IndexOfAny("\",\r\n") < 0 ? harmless : $"\"{harmless.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }

    private static void Append(StringBuilder csv, params ReadOnlySpan<string> cells)
    {
        for (var i = 0; i < cells.Length; i++)
            csv.Append(i == 0 ? "" : ",").Append(Cell(cells[i]));
        csv.Append(LineEnd);
    }
}
