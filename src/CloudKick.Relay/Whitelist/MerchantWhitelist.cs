using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Npgsql;

namespace CloudKick.Relay.Whitelist;

/// <summary>
/// The terminals that may be kicked on a merchant's behalf. Every change is in the audit log, in the same transaction. Thread-safe;
/// fails with Npgsql's exceptions, sorted by <see cref="DatabaseFailure"/>.
/// </summary>
public sealed class MerchantWhitelist(TenantDatabase database)
{
    private const string AddAction = "whitelist.add";
    private const string UpdateAction = "whitelist.update";
    private const string RemoveAction = "whitelist.remove";
    private const int MaximumAttempts = 5;

    /// <summary>The terminal's entry; null when it is not on this merchant's whitelist.</summary>
    public Task<WhitelistEntry?> FindAsync(MerchantId merchant, string terminalId, CancellationToken cancellationToken) =>
        WhitelistStore.FindAsync(database, merchant, terminalId, cancellationToken);

    /// <summary>The entries by terminal id.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="prefix">How the terminal ids begin, in this case; empty for all.</param>
    /// <param name="after">Only ids after this one; null: from the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<WhitelistEntry>> ListAsync(
        MerchantId merchant, string prefix, string? after, int limit, CancellationToken cancellationToken) =>
        WhitelistStore.ListAsync(database, merchant, prefix, after, limit, cancellationToken);

    /// <summary>Puts a terminal on the whitelist, or changes its entry to just this setting.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="setting">What is wanted.</param>
    /// <param name="actor">Who wants it, for the audit log.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="ArgumentException">The setting breaks a rule of <see cref="WhitelistSetting"/>.</exception>
    public Task<(WhitelistEntry Entry, WhitelistEffect Effect)> PutAsync(
        MerchantId merchant, WhitelistSetting setting, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            merchant,
            async (transaction, token) =>
            {
                var outcomes = await ApplyAsync(transaction, merchant, [setting], actor, dryRun: false, token);
                var entry = await WhitelistStore.FindAsync(transaction, merchant, setting.TerminalId, token);
                return (entry!, outcomes[0].Effect);
            },
            cancellationToken);

    /// <summary>
    /// Puts many terminals on the whitelist: all or none. Entries of other terminals stay as they are.
    /// </summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="settings">What is wanted; no terminal twice.</param>
    /// <param name="actor">Who wants it, for the audit log.</param>
    /// <param name="dryRun">Say what would be done, and do nothing.</param>
    /// <param name="cancellationToken">Cancels; nothing is changed then.</param>
    /// <returns>One outcome for each setting, in their order.</returns>
    /// <exception cref="ArgumentException">A terminal is named twice, or a setting breaks a rule of <see cref="WhitelistSetting"/>.</exception>
    public async Task<IReadOnlyList<WhitelistImportOutcome>> ImportAsync(
        MerchantId merchant, IReadOnlyList<WhitelistSetting> settings, Actor actor, bool dryRun, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(settings);
        if (settings.DistinctBy(setting => setting.TerminalId, StringComparer.Ordinal).Count() != settings.Count)
            throw new ArgumentException("A terminal is named twice.", nameof(settings));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.InTransactionAsync(
                    merchant, (transaction, token) => ApplyAsync(transaction, merchant, settings, actor, dryRun, token), cancellationToken);
            }
            // A batch of kicks holds the same entries, in an order of its own. Nothing was changed, so it may be done again.
            catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < MaximumAttempts)
            {
            }
        }
    }

    /// <summary>Takes a terminal off the whitelist. Its open kicks are not published again.</summary>
    /// <returns>False when it was not on it.</returns>
    public Task<bool> RemoveAsync(MerchantId merchant, string terminalId, Actor actor, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            merchant,
            async (transaction, token) =>
            {
                await WhitelistStore.LockAsync(transaction, merchant, token);
                if (await WhitelistStore.DeleteAsync(transaction, merchant, terminalId, token) is not { } removed)
                    return false;
                await WhitelistStore.AuditAsync(
                    transaction, merchant, actor, [new(RemoveAction, terminalId, State(removed.Label, removed.EnabledUntil), null)], token);
                return true;
            },
            cancellationToken);

    private static async Task<IReadOnlyList<WhitelistImportOutcome>> ApplyAsync(
        TenantTransaction transaction, MerchantId merchant, IReadOnlyList<WhitelistSetting> settings, Actor actor, bool dryRun,
        CancellationToken cancellationToken)
    {
        foreach (var setting in settings)
            WhitelistRules.ThrowIfBroken(setting);
        if (!dryRun)
            await WhitelistStore.LockAsync(transaction, merchant, cancellationToken);
        var comparisons = await WhitelistStore.CompareAsync(transaction, merchant, settings, cancellationToken);
        var changed = settings.Zip(comparisons).Where(pair => pair.Second.Differs).ToArray();
        if (!dryRun && changed.Length > 0)
        {
            await WhitelistStore.SaveAsync(transaction, merchant, [.. changed.Select(pair => pair.First)], cancellationToken);
            await WhitelistStore.AuditAsync(transaction, merchant, actor, [.. changed.Select(pair => Audited(pair.First, pair.Second))], cancellationToken);
        }

        return [.. comparisons.Select(comparison => new WhitelistImportOutcome(
            !comparison.Exists ? WhitelistEffect.Created : comparison.Differs ? WhitelistEffect.Updated : WhitelistEffect.Unchanged,
            comparison.Registered))];
    }

    private static WhitelistStore.AuditedChange Audited(WhitelistSetting setting, WhitelistStore.Comparison before) => new(
        before.Exists ? UpdateAction : AddAction,
        setting.TerminalId,
        before.Exists ? State(before.Label!, before.EnabledUntil) : null,
        State(setting.Label, setting.EnabledUntil?.UtcDateTime));

    private static string State(string label, DateTime? enabledUntil) =>
        new JsonObject { ["label"] = label, ["enabledUntil"] = enabledUntil }.ToJsonString();
}
