namespace CloudKick.Cli.Local;

/// <summary>Reads the server's log (in English: the server runs in the C locale) for why it did not start.</summary>
internal static class PostgresLog
{
    // In the order of how much they tell: a port that is taken is logged as a mere LOG, the FATAL after it says less.
    private static readonly string[] Marks = ["PANIC:", "LOG:  could not bind", "FATAL:", "ERROR:"];

    /// <summary>The most telling line.</summary>
    public static string Cause(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var mark in Marks)
        {
            if (lines.FirstOrDefault(line => line.Contains(mark, StringComparison.Ordinal)) is { } line)
                return line[line.IndexOf(mark, StringComparison.Ordinal)..];
        }

        return lines is [.., var last] ? last : "it said nothing";
    }

    /// <summary>Another program took the port between our choosing it and the server's binding it.</summary>
    public static bool PortTaken(string log) => log.Contains("Address already in use", StringComparison.Ordinal);

    /// <summary>The server of a killed predecessor, or its last sessions, are still ending on the same data.</summary>
    public static bool PredecessorEnding(string log) =>
        log.Contains("\"postmaster.pid\" already exists", StringComparison.Ordinal)
        || log.Contains("pre-existing shared memory block", StringComparison.Ordinal);
}
