namespace CloudKick.Cli.Terminals;

/// <summary>What the API says of a terminal, as far as it is shown here.</summary>
internal sealed record TerminalView
{
    public required string TerminalId { get; init; }

    public required string ManagementSystemId { get; init; }

    public required string Label { get; init; }

    /// <summary>What it must be subscribed to; null when its settings make no valid topic.</summary>
    public string? Topic { get; init; }

    public bool Whitelisted { get; init; }

    public bool Coupled { get; init; }

    public required PresenceView Presence { get; init; }

    public SessionView? LastSession { get; init; }

    /// <summary>Whose it is; only operators see it.</summary>
    public Guid? MerchantId { get; init; }

    /// <summary>Its client id; only operators see it.</summary>
    public string? ThingName { get; init; }
}

/// <summary>Whether the terminal is connected to the cloud.</summary>
internal sealed record PresenceView(string State, DateTimeOffset? Since);

/// <summary>A session of it.</summary>
internal sealed record SessionView(DateTimeOffset OpenedAt, DateTimeOffset? ClosedAt);
