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
        string[] ids = [.. file.Lines.Select(line => line.TerminalId).Where(TerminalId.IsWellFormed)];
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

        // Beside what the file itself has wrong, so that all of it can be mended at once.
        TerminalImportResult Judge(TerminalImportLine line)
        {
            List<TerminalImportFault> faults = [.. line.Faults];
            void Blame(string column, string code, string message) => faults.Add(new(line.Number, column, code, message));
            var isKnown = known.Contains(line.TerminalId);
            var record = line.Terminal is { } terminal ? TerminalRecord.Of(terminal) : null;
            if (!isKnown && registry.IsRelays(line.TerminalId))
                Blame("terminalId", TerminalImportFault.ReservedTerminalId, "is a name of the relay itself in the cloud: give the terminal another one");
            else if (!isKnown && things.Contains(line.TerminalId))
                Blame("terminalId", TerminalImportFault.ThingNameTaken, "is another terminal's thing name: a thing is one terminal's");
            if (!systems.TryGetValue(line.ManagementSystemId, out var system) && line.ManagementSystemId.Length > 0)
                Blame("managementSystemId", TerminalImportFault.UnknownManagementSystem, $"must be one of {string.Join(", ", systems.Keys.Order(StringComparer.Ordinal))}");
            else if (!isKnown && system is not null && record?.HasTopic(system) is false)
                Blame("subscriptionTopic", TerminalImportFault.InvalidTopic, "makes no valid topic with its management system's template");
            if (faults.Count > 0 || record is null)
                return new(line with { Faults = faults }, TerminalImportEffect.Faulty);
            if (isKnown)
                return new(line, TerminalImportEffect.Unchanged);
            records.Add(record);
            return new(line, TerminalImportEffect.Created);
        }
    }
}
