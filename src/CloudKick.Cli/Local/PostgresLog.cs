namespace CloudKick.Cli.Local;

/// <summary>Reads the server's log (in English: the server runs in the C locale) for why it did not start.</summary>
internal static class PostgresLog
{
    private static readonly string[] Severities = ["PANIC:", "FATAL:", "ERROR:", "LOG:  could not", "WARNING:"];

    /// <summary>The most telling line.</summary>
    public static string Cause(string log)
    {
        var lines = log.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var severity in Severities)
        {
            if (lines.FirstOrDefault(line => line.Contains(severity, StringComparison.Ordinal)) is { } line)
                return line[line.IndexOf(severity, StringComparison.Ordinal)..];
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
