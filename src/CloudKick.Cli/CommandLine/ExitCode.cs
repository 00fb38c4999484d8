namespace CloudKick.Cli.CommandLine;

/// <summary>What <c>cloudkick</c> tells the shell. Scripts rely on the numbers: they do not change.</summary>
internal static class ExitCode
{
    /// <summary>Done; for <c>kick</c>: the terminal is coupled.</summary>
    public const int Done = 0;

    /// <summary>It did not work, and no other code says it better.</summary>
    public const int Failed = 1;

    /// <summary>The command line, or a file that it names, is wrong.</summary>
    public const int Usage = 2;

    /// <summary>The kick ended, or will end, without a coupled terminal: expired, cancelled, failed, offline.</summary>
    public const int NotCoupled = 3;

    /// <summary>Something that is needed cannot be reached or started: relay, database, cloud, a port.</summary>
    public const int Unavailable = 4;

    /// <summary>The relay refused: key, scope, whitelist, or no such thing.</summary>
    public const int Refused = 5;

    /// <summary>Interrupted by Ctrl-C or SIGTERM before it was done.</summary>
    public const int Interrupted = 130;

    /// <summary>The list that <c>--help</c> ends with.</summary>
    public const string Help =
        """
        Exit codes:
          0    done (kick: the terminal is coupled)
          1    failed
          2    wrong command line or input
          3    not coupled: the kick expired, was cancelled or failed, or the terminal is offline
          4    unavailable: relay, database, cloud or a port; try again later, or start it
          5    refused: key, scope, whitelist, or no such thing
          130  interrupted
        """;
}
