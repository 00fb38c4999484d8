namespace CloudKick.Cli.Local;

/// <summary>How a private PostgreSQL is set up.</summary>
public sealed record PrivatePostgresOptions
{
    /// <summary>
    /// Where the cluster lives, and nothing else with it; made when missing. Null: a temporary directory, removed at the end,
    /// and a server that does not wait for the disk (<c>fsync</c>, <c>full_page_writes</c> and <c>synchronous_commit</c> off),
    /// because nothing outlives it.
    /// </summary>
    public string? Directory { get; init; }

    /// <summary>The TCP port on 127.0.0.1. 0, the default: any free one.</summary>
    public int Port { get; init; }

    /// <summary>
    /// Whether PostgreSQL may be installed when the machine has none: as root on a system with <c>apt-get</c>. Default true.
    /// </summary>
    public bool MayInstall { get; init; } = true;

    /// <summary>Sessions at most. Default 300: several relay nodes' pools, and tests.</summary>
    public int MaximumConnections { get; init; } = 300;

    /// <summary>Further settings, <c>name=value</c>, over all others. Default none.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>How long the server may take until it accepts a login, recovery after a crash included. Default 60 s.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a graceful stop may take before it is made an immediate one. Default 15 s.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long each step of installing may take. Default 5 min.</summary>
    public TimeSpan InstallTimeout { get; init; } = TimeSpan.FromMinutes(5);
}
