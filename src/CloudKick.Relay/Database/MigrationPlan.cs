namespace CloudKick.Relay.Database;

/// <summary>A row of <c>schema_migrations</c>: a migration that the database has.</summary>
public sealed record AppliedMigration
{
    /// <summary>The file's name.</summary>
    public required string Name { get; init; }

    /// <summary><see cref="Migration.Checksum"/> of the text that was applied.</summary>
    public required string Checksum { get; init; }

    /// <summary>When, by PostgreSQL's clock, UTC.</summary>
    public required DateTime AppliedAt { get; init; }

    /// <summary>How long the file took to run.</summary>
    public required TimeSpan Duration { get; init; }
}

/// <summary>What this release and a database differ in.</summary>
/// <param name="Pending">Files to apply, in order.</param>
/// <param name="Ahead">
/// Names that the database has and this release does not know: a newer release migrated it. Migrations work with the previous
/// release, so this is worth a warning and no more.
/// </param>
/// <param name="Faults">Why nothing may be applied; empty when all is well.</param>
public sealed record MigrationPlan(IReadOnlyList<Migration> Pending, IReadOnlyList<string> Ahead, IReadOnlyList<string> Faults)
{
    /// <summary>Compares the release's <paramref name="scripts"/> (in order) with what the database has.</summary>
    public static MigrationPlan Compute(IReadOnlyList<Migration> scripts, IReadOnlyCollection<AppliedMigration> applied)
    {
        var known = scripts.Select(script => script.Name).ToHashSet(StringComparer.Ordinal);
        var present = applied.Select(row => row.Name).ToHashSet(StringComparer.Ordinal);
        var pending = scripts.Where(script => !present.Contains(script.Name)).ToList();
        var last = scripts.LastOrDefault(script => present.Contains(script.Name))?.Name;

        var changed =
            from script in scripts
            join row in applied on script.Name equals row.Name
            where row.Checksum != script.Checksum
            select $"{script.Name} was changed after it was applied: the database has {row.Checksum}, this release has {script.Checksum}. "
                + "Put the file back as it was, and make the change in a new migration.";
        var late =
            from script in pending
            where string.CompareOrdinal(script.Name, last) < 0
            select $"{script.Name} is new, but {last}, which comes after it, is already applied. Give the new file a later date or number.";

        return new MigrationPlan(
            pending,
            [.. present.Where(name => !known.Contains(name)).Order(StringComparer.Ordinal)],
            [.. changed, .. late]);
    }
}
