using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Npgsql;

namespace CloudKick.Relay.Terminals.Import;

/// <summary>What a line of an import would do, or did.</summary>
internal enum TerminalImportEffect
{
    /// <summary>The terminal is registered by it, as nobody's.</summary>
    Created,

    /// <summary>The terminal is registered already: nothing of it is changed.</summary>
    Unchanged,

    /// <summary>Something is wrong with the line.</summary>
    Faulty,
}

/// <summary>One line with what it would do, or did.</summary>
internal sealed record TerminalImportResult(TerminalImportLine Line, TerminalImportEffect Effect);

/// <summary>An import's lines, in their order.</summary>
internal sealed record TerminalImportReport(IReadOnlyList<TerminalImportResult> Lines)
{
    /// <summary>Nothing is registered then.</summary>
    public bool IsFaulty => Lines.Any(line => line.Effect == TerminalImportEffect.Faulty);

    public int Created => Lines.Count(line => line.Effect == TerminalImportEffect.Created);

    public int Unchanged => Lines.Count(line => line.Effect == TerminalImportEffect.Unchanged);
}

/// <summary>Registers many terminals, on behalf of the platform: all of them or none. Thread-safe.</summary>
internal sealed class TerminalImport(TenantDatabase database, TerminalRegistry registry)
{
    private const int MaximumAttempts = 3;

    /// <summary>Judges every line and, unless one has a fault or it is a dry run, registers those that are new; each is in the audit log.</summary>
    /// <param name="file">What was read; without a <see cref="TerminalImportFile.Fault"/>.</param>
    /// <param name="actor">Who imports.</param>
    /// <param name="dryRun">Tell what would be done, and change nothing.</param>
    /// <param name="cancellationToken">Cancels; nothing is registered then.</param>
    public async Task<TerminalImportReport> RunAsync(TerminalImportFile file, Actor actor, bool dryRun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(file);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.InTransactionAsync(
                    Tenant.Platform, (transaction, token) => RunAsync(transaction, file, actor, dryRun, token), cancellationToken);
            }
            // Somebody registered one of them meanwhile: then it is there now.
            catch (PostgresException taken) when (taken.SqlState == PostgresErrorCodes.UniqueViolation && attempt < MaximumAttempts)
            {
            }
        }
    }

    private async Task<TerminalImportReport> RunAsync(
        TenantTransaction transaction, TerminalImportFile file, Actor actor, bool dryRun, CancellationToken cancellationToken)
    {
        string[] ids = [.. file.Lines.Select(line => line.Terminal?.TerminalId).OfType<string>()];
        var systems = (await TerminalStore.ManagementSystemsAsync(transaction, cancellationToken)).ToDictionary(system => system.ManagementSystemId, StringComparer.Ordinal);
        var taken = await TerminalStore.FindNamesAsync(transaction, ids, cancellationToken);
        var known = taken.Select(name => name.TerminalId).ToHashSet(StringComparer.Ordinal);
        var things = taken.Select(name => name.ThingName).ToHashSet(StringComparer.Ordinal);

        var records = new List<TerminalRecord>();
        var report = new TerminalImportReport([.. file.Lines.Select(Judge)]);
        if (!dryRun && !report.IsFaulty && records.Count > 0)
        {
            await TerminalStore.InsertAllAsync(transaction, records, cancellationToken);
            await Audit.AppendAllAsync(
                transaction, null, actor,
                [.. records.Select(record => new AuditedChange(TerminalRegistry.AddAction, record.TerminalId, null, record.Describe().ToJsonString()))],
                cancellationToken);
        }

        return report;

        TerminalImportResult Judge(TerminalImportLine line)
        {
            if (line.Terminal is not { } terminal)
                return new(line, TerminalImportEffect.Faulty);
            if (!systems.TryGetValue(terminal.ManagementSystemId, out var system))
            {
                return Faulty(
                    line, "managementSystemId", TerminalImportFault.UnknownManagementSystem,
                    $"must be one of {string.Join(", ", systems.Keys.Order(StringComparer.Ordinal))}");
            }

            if (known.Contains(terminal.TerminalId))
                return new(line, TerminalImportEffect.Unchanged);
            if (registry.IsRelays(terminal.TerminalId))
                return Faulty(line, "terminalId", TerminalImportFault.ReservedTerminalId, "is a name of the relay itself in the cloud: give the terminal another one");
            if (things.Contains(terminal.TerminalId))
                return Faulty(line, "terminalId", TerminalImportFault.ThingNameTaken, "is another terminal's thing name: a thing is one terminal's");
            var record = TerminalRecord.Of(terminal);
            if (!record.HasTopic(system))
                return Faulty(line, "subscriptionTopic", TerminalImportFault.InvalidTopic, "makes no valid topic with its management system's template");
            records.Add(record);
            return new(line, TerminalImportEffect.Created);
        }
    }

    private static TerminalImportResult Faulty(TerminalImportLine line, string column, string code, string message) =>
        new(line with { Faults = [.. line.Faults, new(line.Number, column, code, message)] }, TerminalImportEffect.Faulty);
}
