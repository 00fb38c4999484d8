using CloudKick.Cli.Local;
using CloudKick.LocalCloud;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Faults.Stage;

/// <summary>What a <see cref="World"/> is made of.</summary>
public sealed record WorldOptions
{
    /// <summary>Decides everything in the run that is random.</summary>
    public int Seed { get; init; }

    /// <summary>Relay nodes. Default 3.</summary>
    public int Nodes { get; init; } = 3;

    /// <summary>Terminals that are registered and on the whitelist. Default 200.</summary>
    public int Terminals { get; init; } = 200;

    /// <summary>Merchants, whose terminals they are in turn. Default 2.</summary>
    public int Merchants { get; init; } = 2;

    /// <summary>A PostgreSQL server of the run's own, disposed of by its maker; null: the one that all runs of this process share.</summary>
    public PrivatePostgres? Server { get; init; }

    /// <summary>What LocalCloud lets its clients do a second. Default: what AWS does.</summary>
    public LocalCloudQuotas Quotas { get; init; } = LocalCloudQuotas.Aws;

    /// <summary>Settings of every node by their full names with <c>:</c>.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Environment variables of every node.</summary>
    public IReadOnlyDictionary<string, string> Environment { get; init; } = new Dictionary<string, string>();

    /// <summary>Changes the nodes' connection string, for example to go through something else; null: as it is.</summary>
    public Func<string, Task<string>>? ConnectionString { get; init; }

    /// <summary>
    /// What nodes and terminals speak MQTT with, over plain TCP, instead of LocalCloud; disposed of by its maker. What it takes is noted
    /// by a subscriber of the world's own, so not while it is away. Null: LocalCloud.
    /// </summary>
    public MosquittoBroker? Mosquitto { get; init; }

    /// <summary>Where the nodes' logs go; null: kept for the report.</summary>
    public string? LogFile { get; init; }

    /// <summary>Whether the nodes are started with the world. Default true.</summary>
    public bool StartsNodes { get; init; } = true;
}
