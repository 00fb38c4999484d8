namespace CloudKick.Relay.Database;

/// <summary>What a run of the migrations did.</summary>
/// <param name="Applied">The files that this run applied, in order.</param>
/// <param name="AlreadyApplied">How many migrations the database had besides, those of a newer release included.</param>
/// <param name="Ahead">Migrations of the database that this release does not know; see <see cref="MigrationPlan"/>.</param>
public sealed record MigrationResult(IReadOnlyList<AppliedMigration> Applied, int AlreadyApplied, IReadOnlyList<string> Ahead);

/// <summary>How long migrating may wait.</summary>
public sealed record MigrationTimeouts
{
    /// <summary>For another process that is migrating, and for each table lock. Default 2 minutes.</summary>
    public TimeSpan Lock { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>For one file to run. Default 10 minutes.</summary>
    public TimeSpan Command { get; init; } = TimeSpan.FromMinutes(10);
}
