using CloudKick.Cli.Doctor.Network;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>What the cloud's checks are about.</summary>
internal sealed record CloudTarget
{
    /// <summary>The data endpoint, and the relay's certificate there.</summary>
    public required NetworkTarget Network { get; init; }

    /// <summary>The subscription topic below which a trial message is published.</summary>
    public required string Topic { get; init; }

    /// <summary>The region; null: neither named nor in the endpoint's name.</summary>
    public required string? Region { get; init; }

    public required string? Profile { get; init; }

    public required string? CredentialsFile { get; init; }

    /// <summary>AWS's iot API, <c>https://…</c>; null: the region's.</summary>
    public required Uri? ControlEndpoint { get; init; }

    /// <summary>The presence queue; null: presence comes over MQTT.</summary>
    public required string? QueueUrl { get; init; }

    /// <summary>Whether the relay signs its HTTPS requests: then the credentials must be allowed to publish.</summary>
    public required bool RelaySigns { get; init; }

    /// <summary>Whether to try a direct message: kicks go that way, or shall.</summary>
    public required bool TriesDirect { get; init; }

    /// <summary>For each check.</summary>
    public required TimeSpan Timeout { get; init; }
}
