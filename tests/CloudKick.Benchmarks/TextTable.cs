namespace CloudKick.Benchmarks;

/// <summary>Rows with columns as wide as they must be: the first to the left, figures to the right. A row without cells is an empty line.</summary>
internal static class TextTable
{
    private const string Gap = "  ";

    public static string Format(IReadOnlyList<string> header, IEnumerable<IReadOnlyList<string>> rows)
    {
        var lines = rows.Prepend(header).ToList();
        var widths = header.Select((_, column) => lines.Where(line => line.Count > column).Max(line => line[column].Length)).ToArray();
        return string.Join(Environment.NewLine, lines.Select(line => string.Join(
            Gap, line.Select((cell, column) => column == 0 ? cell.PadRight(widths[column]) : cell.PadLeft(widths[column]))).TrimEnd()));
    }
}
