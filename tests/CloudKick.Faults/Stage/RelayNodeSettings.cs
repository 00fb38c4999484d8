using System.Net;

namespace CloudKick.Faults.Stage;

/// <summary>How one node of the relay differs from the relay's defaults.</summary>
public sealed record RelayNodeSettings
{
    /// <summary>The database that the nodes share.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Where terminals are told to connect to; null: the node itself.</summary>
    public IPEndPoint? Tas { get; init; }

    /// <summary>Settings by their full names with <c>:</c>, over all others.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where its log goes; null: kept, see <see cref="RelayNode.Log"/>.</summary>
    public string? LogFile { get; init; }

    /// <summary>Environment variables beside the settings.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();
}
