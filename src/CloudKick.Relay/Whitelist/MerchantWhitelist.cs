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
    private const int MaximumAttempts = 5;

    /// <summary>The terminal's entry; null when it is not on this merchant's whitelist.</summary>
    public Task<WhitelistEntry?> FindAsync(MerchantId merchant, string terminalId, CancellationToken cancellationToken) =>
        WhitelistStore.FindAsync(database, merchant, terminalId, cancellationToken);

    /// <summary>The entries by terminal id.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="filter">Which.</param>
    /// <param name="after">Only ids after this one; null: from the first.</param>
    /// <param name="limit">How many at most.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public Task<IReadOnlyList<WhitelistEntry>> ListAsync(
        MerchantId merchant, WhitelistFilter filter, string? after, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return WhitelistStore.ListAsync(database, merchant, filter, after, limit, cancellationToken);
    }

    /// <summary>The last change, whoever made it and by whatever way; null when there never was one.</summary>
    public async Task<WhitelistChange?> FindLastChangeAsync(MerchantId merchant, CancellationToken cancellationToken) =>
        (await WhitelistStore.FindLastChangeAsync(database, merchant, cancellationToken))?.ToChange();

    /// <summary>The last change with its first entries only, for who does not look at all of them; null when there never was one.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="first">How many of its entries, at least 1.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal async Task<WhitelistChangeBeginning?> FindLastChangeAsync(MerchantId merchant, int first, CancellationToken cancellationToken) =>
        (await WhitelistStore.FindLastChangeAsync(database, merchant, first, cancellationToken))?.ToChange();

    /// <summary>Undoes the last change: every entry of it is again as it was. That is a change too, and can be undone.</summary>
    /// <returns>The change that the undoing is; null when this was not the last change, or not any more.</returns>
    public Task<WhitelistChange?> UndoAsync(MerchantId merchant, Guid changeId, Actor actor, CancellationToken cancellationToken) =>
        RetryAsync(
            merchant,
            async (transaction, token) =>
            {
                await WhitelistStore.LockAsync(transaction, merchant, token);
                if (await WhitelistStore.FindLastChangeAsync(transaction, merchant, token) is not { } last || last.ChangeId != changeId)
                    return null;
                WhitelistDifference[] back = [.. WhitelistDifference.FromJson(last.Entries).Select(difference => difference.Reversed)];
                await WhitelistStore.DeleteAsync(transaction, merchant, [.. back.Where(entry => entry.After is null).Select(entry => entry.TerminalId)], token);
                await WhitelistStore.SaveAsync(
                    transaction, merchant,
                    [.. back.Where(entry => entry.After is not null).Select(entry => new WhitelistSetting(entry.TerminalId, entry.After!.Label, entry.After.EnabledUntil))], token);
                return (WhitelistChange?)(await WhitelistStore.RecordAsync(transaction, merchant, actor, back, token)).ToChange();
            },
            cancellationToken);

    /// <summary>Puts a terminal on the whitelist, or changes its entry to just this setting.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="setting">What is wanted.</param>
    /// <param name="actor">Who wants it, for the audit log.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The entry as it is now, and what was done.</returns>
    /// <exception cref="ArgumentException">The setting breaks a rule of <see cref="WhitelistSetting"/>.</exception>
    public Task<(WhitelistEntry? Entry, WhitelistEffect Effect)> PutAsync(
        MerchantId merchant, WhitelistSetting setting, Actor actor, CancellationToken cancellationToken) =>
        PutAsync(merchant, setting, actor, condition: null, cancellationToken);

    /// <summary>The same, if a condition holds of the entry as it is (null: there is none), while nobody else can change it; null: in any case.</summary>
    /// <returns>The entry as it is now, and what was done: <see cref="WhitelistEffect.Refused"/> when the condition did not hold.</returns>
    internal Task<(WhitelistEntry? Entry, WhitelistEffect Effect)> PutAsync(
        MerchantId merchant, WhitelistSetting setting, Actor actor, Func<WhitelistEntry?, bool>? condition, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            merchant,
            async (transaction, token) =>
            {
                if (condition is not null)
                {
                    await WhitelistStore.LockAsync(transaction, merchant, token);
                    var current = await WhitelistStore.FindAsync(transaction, merchant, setting.TerminalId, token);
                    if (!condition(current))
                        return (current, WhitelistEffect.Refused);
                }

                var outcomes = await ApplyAsync(transaction, merchant, [setting], actor, dryRun: false, token);
                var entry = await WhitelistStore.FindAsync(transaction, merchant, setting.TerminalId, token);
                return (entry, outcomes[0].Effect);
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
        return await RetryAsync(
            merchant, (transaction, token) => ApplyAsync(transaction, merchant, settings, actor, dryRun, token), cancellationToken);
    }

    /// <summary>Takes a terminal off the whitelist. Its open kicks are not published again.</summary>
    /// <param name="merchant">Whose.</param>
    /// <param name="terminalId">Which.</param>
    /// <param name="actor">Who wants it, for the audit log.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>The entry as it was, and what was done: <see cref="WhitelistEffect.Unchanged"/> when there was none.</returns>
    public Task<(WhitelistEntry? Entry, WhitelistEffect Effect)> RemoveAsync(
        MerchantId merchant, string terminalId, Actor actor, CancellationToken cancellationToken) =>
        RemoveAsync(merchant, terminalId, actor, condition: null, cancellationToken);

    /// <summary>The same, if a condition holds of the entry as it is (null: there is none), while nobody else can change it; null: in any case.</summary>
    /// <returns>The entry as it was, and what was done: <see cref="WhitelistEffect.Refused"/> when the condition did not hold.</returns>
    internal Task<(WhitelistEntry? Entry, WhitelistEffect Effect)> RemoveAsync(
        MerchantId merchant, string terminalId, Actor actor, Func<WhitelistEntry?, bool>? condition, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            merchant,
            async (transaction, token) =>
            {
                await WhitelistStore.LockAsync(transaction, merchant, token);
                var current = await WhitelistStore.FindAsync(transaction, merchant, terminalId, token);
                if (condition is not null && !condition(current))
                    return (current, WhitelistEffect.Refused);
                if (current is null)
                    return (null, WhitelistEffect.Unchanged);
                await WhitelistStore.DeleteAsync(transaction, merchant, [terminalId], token);
                await WhitelistStore.RecordAsync(
                    transaction, merchant, actor, [new(terminalId, new WhitelistContent(current.Label, current.EnabledUntil), null)], token);
                return (current, WhitelistEffect.Removed);
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
            await WhitelistStore.SaveAsync(
                transaction, merchant,
                [.. changed.Select(pair => new WhitelistSetting(pair.First.TerminalId, pair.Second.WantedLabel, pair.Second.WantedUntil))], cancellationToken);
            await WhitelistStore.RecordAsync(
                transaction, merchant, actor,
                [.. changed.Select(pair => new WhitelistDifference(pair.First.TerminalId, pair.Second.Before, pair.Second.After))], cancellationToken);
        }

        return [.. comparisons.Select(comparison => new WhitelistImportOutcome(
            !comparison.Exists ? WhitelistEffect.Created : comparison.Differs ? WhitelistEffect.Updated : WhitelistEffect.Unchanged,
            comparison.Registered, comparison.Before, comparison.After))];
    }

    private async Task<T> RetryAsync<T>(
        MerchantId merchant, Func<TenantTransaction, CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await database.InTransactionAsync(merchant, work, cancellationToken);
            }
            // A batch of kicks holds the same entries, in an order of its own. Nothing was changed, so it may be done again.
            catch (PostgresException deadlock) when (deadlock.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < MaximumAttempts)
            {
            }
        }
    }
}
