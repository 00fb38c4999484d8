namespace CloudKick.Cli.Local;

/// <summary>What <c>local</c> was asked for.</summary>
internal sealed record LocalSettings
{
    public const int MaximumTerminals = 10_000;

    /// <summary>0 takes any free one; likewise below.</summary>
    public required int HttpPort { get; init; }

    public required int IotPort { get; init; }

    public required int TasPort { get; init; }

    /// <summary>How many simulated terminals, 0 to <see cref="MaximumTerminals"/>.</summary>
    public required int Terminals { get; init; }

    /// <summary>Absolute.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>Remove the data directory at the end.</summary>
    public required bool Ephemeral { get; init; }

    /// <summary>Log what the parts do, not only what goes wrong.</summary>
    public required bool Verbose { get; init; }

    /// <summary>A database that is there already, as its owner; null: a private server.</summary>
    public string? OwnerDatabase { get; init; }

    /// <summary>That database as the relay shall use it; null: a login is made.</summary>
    public string? RelayDatabase { get; init; }

    /// <summary>The private server's cluster.</summary>
    public string PostgresDirectory => Path.Combine(DataDirectory, "postgres");

    /// <summary>The stand-in for AWS: its certificate authority.</summary>
    public string CloudDirectory => CloudDirectoryIn(DataDirectory);

    /// <summary>The relay's own certificate.</summary>
    public string RelayDirectory => Path.Combine(DataDirectory, "relay");

    /// <summary>The demo's keys, so that what a developer has configured works the next time too.</summary>
    public string KeysFile => Path.Combine(DataDirectory, "keys.json");

    /// <summary>The demo's sign-ins, for the same reason.</summary>
    public string PeopleFile => Path.Combine(DataDirectory, "people.json");

    /// <summary>The relay's login at a database that was there already.</summary>
    public string LoginFile => Path.Combine(DataDirectory, "database-login.json");

    public static string CloudDirectoryIn(string dataDirectory) => Path.Combine(dataDirectory, "cloud");
}
