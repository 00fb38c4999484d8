namespace CloudKick.Relay.Terminals;

/// <summary>Which Cloud Connect a terminal may be kicked by, as the database and the API write it.</summary>
public static class ConnectMode
{
    /// <summary>1.0 only: the till calls the terminal itself, kicks are refused.</summary>
    public const string CloudConnect1 = "1.0";

    /// <summary>2.0 only.</summary>
    public const string CloudConnect2 = "2.0";

    /// <summary>2.0, and 1.0 requests are taken too, while the till still sends them.</summary>
    public const string Both = "both";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [CloudConnect1, CloudConnect2, Both];
}
