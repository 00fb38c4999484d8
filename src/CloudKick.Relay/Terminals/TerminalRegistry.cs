using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Npgsql;

namespace CloudKick.Relay.Terminals;

/// <summary>
/// Registers terminals, gives them to merchants and changes their settings, on behalf of the platform. Every change is in the audit
/// log of each merchant that it concerns, or in the platform's own when it concerns none. Works with a connection of the service role
/// or of the owner. Thread-safe.
/// </summary>
/// <param name="database">The database.</param>
/// <param name="relayName">
/// What the relay's own MQTT client ids begin with: <c>CloudKick:Mqtt:ClientIdPrefix</c>. A terminal with such a name would have the
/// relay's rights in the cloud, or throw it out by connecting.
/// </param>
public sealed class TerminalRegistry(TenantDatabase database, string relayName = TerminalRegistry.DefaultRelayName)
{
    /// <summary>What the relay's client ids begin with where nobody sets it.</summary>
    public const string DefaultRelayName = "relay";

    internal const string AddAction = "terminal.add";
    private const string AssignAction = "terminal.assign";
    private const string UnassignAction = "terminal.unassign";
    private const string UpdateAction = "terminal.update";

    /// <summary>Registers a terminal.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="actor">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Cancels; nothing is registered then.</param>
    /// <exception cref="ArgumentException">The terminal id, the thing name or a setting breaks its rule.</exception>
    public async Task<TerminalOutcome> AddAsync(NewTerminal terminal, Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ThrowIfBroken(terminal);
        if (IsRelays(terminal.TerminalId))
            return TerminalOutcome.ReservedTerminalId;
        if (terminal.ThingName is not null && IsRelays(terminal.ThingName))
            return TerminalOutcome.ReservedThingName;
        try
        {
            return await database.InTransactionAsync(
                Tenant.Platform, (transaction, token) => AddAsync(transaction, terminal, actor, token), cancellationToken);
        }
        catch (PostgresException refused) when (OutcomeOf(refused) is not null)
        {
            return OutcomeOf(refused)!.Value;
        }
    }

    /// <summary>Whether a name is, or could be, one of the relay's own in the cloud.</summary>
    internal bool IsRelays(string name) => TerminalRules.IsRelays(name, relayName);

    /// <summary>
    /// Gives a terminal that is nobody's to a merchant, or takes it from whom it belongs to. From one merchant to another it takes both
    /// sides' consent: <see cref="TerminalOutcome.OthersTerminal"/>.
    /// </summary>
    /// <param name="terminalId">The terminal.</param>
    /// <param name="merchant">The merchant; null: nobody.</param>
    /// <param name="actor">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Cancels; nothing is changed then.</param>
    public async Task<TerminalOutcome> AssignAsync(string terminalId, MerchantId? merchant, Actor actor, CancellationToken cancellationToken) =>
        (await AssignAsync(terminalId, merchant, actor, condition: null, cancellationToken)).Outcome;

    /// <summary>The same, if a condition holds of the terminal as it is, while nobody else can change it; null: in any case.</summary>
    /// <returns>The terminal as the condition was asked of it or as it became, and what was done.</returns>
    internal async Task<(TerminalRow? Terminal, TerminalOutcome Outcome)> AssignAsync(
        string terminalId, MerchantId? merchant, Actor actor, Func<TerminalRow?, bool>? condition, CancellationToken cancellationToken)
    {
        try
        {
            return await ChangeAsync(
                terminalId, actor, merchant is null ? UnassignAction : AssignAction, condition,
                before => before with { MerchantId = merchant?.Value },
                (transaction, after, token) => TerminalStore.AssignAsync(transaction, after, token),
                cancellationToken);
        }
        catch (PostgresException refused) when (OutcomeOf(refused) is not null)
        {
            return (null, OutcomeOf(refused)!.Value);
        }
    }

    /// <summary>Changes what may be set of a terminal.</summary>
    /// <param name="terminalId">The terminal.</param>
    /// <param name="change">From the settings as they are to those as they shall be; quick and without effects of its own.</param>
    /// <param name="actor">Who does it, for the audit log.</param>
    /// <param name="cancellationToken">Cancels; nothing is changed then.</param>
    /// <exception cref="ArgumentException">A setting breaks its rule.</exception>
    public async Task<TerminalOutcome> UpdateAsync(
        string terminalId, Func<TerminalSettings, TerminalSettings> change, Actor actor, CancellationToken cancellationToken) =>
        (await UpdateAsync(terminalId, change, actor, condition: null, cancellationToken)).Outcome;

    /// <summary>The same, if a condition holds of the terminal as it is, while nobody else can change it; null: in any case.</summary>
    /// <returns>The terminal as the condition was asked of it or as it became, and what was done.</returns>
    internal Task<(TerminalRow? Terminal, TerminalOutcome Outcome)> UpdateAsync(
        string terminalId, Func<TerminalSettings, TerminalSettings> change, Actor actor, Func<TerminalRow?, bool>? condition,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(change);
        return ChangeAsync(
            terminalId, actor, UpdateAction, condition,
            before =>
            {
                var settings = change(before.Settings());
                ThrowIfBroken(settings);
                return before.With(settings);
            },
            (transaction, after, token) => TerminalStore.UpdateAsync(transaction, after, token),
            cancellationToken);
    }

    private static async Task<TerminalOutcome> AddAsync(
        TenantTransaction transaction, NewTerminal terminal, Actor actor, CancellationToken cancellationToken)
    {
        if (await TerminalStore.FindManagementSystemAsync(transaction, terminal.ManagementSystemId, cancellationToken) is not { } managementSystem)
            return TerminalOutcome.UnknownManagementSystem;

        var record = TerminalRecord.Of(terminal);
        if (!record.HasTopic(managementSystem))
            return TerminalOutcome.InvalidTopic;

        await TerminalStore.InsertAsync(transaction, record, cancellationToken);
        await AuditAsync(transaction, actor, AddAction, null, record, cancellationToken);
        return TerminalOutcome.Done;
    }

    private Task<(TerminalRow? Terminal, TerminalOutcome Outcome)> ChangeAsync(
        string terminalId, Actor actor, string action, Func<TerminalRow?, bool>? condition, Func<TerminalRecord, TerminalRecord> change,
        Func<TenantTransaction, TerminalRecord, CancellationToken, Task> save, CancellationToken cancellationToken) =>
        database.InTransactionAsync(
            Tenant.Platform,
            async (transaction, token) =>
            {
                if (await TerminalStore.FindForChangeAsync(transaction, terminalId, token) is not { } before)
                    return (null, TerminalOutcome.UnknownTerminal);
                var current = await TerminalDirectory.FindAsync(transaction, terminalId, token);
                if (condition is not null && !condition(current))
                    return (current, TerminalOutcome.Refused);
                var after = change(before);
                if (after == before)
                    return (current, TerminalOutcome.Done);
                if (before.MerchantId is { } owner && after.MerchantId is { } taker && taker != owner)
                    return (current, TerminalOutcome.OthersTerminal);
                if (before.MerchantId is null && after.MerchantId is { } given && await TerminalStore.IsDisabledAsync(transaction, given, token))
                    return (current, TerminalOutcome.DisabledMerchant);
                if (await TerminalStore.FindManagementSystemAsync(transaction, after.ManagementSystemId, token) is { } managementSystem
                    && !after.HasTopic(managementSystem))
                    return (current, TerminalOutcome.InvalidTopic);
                await save(transaction, after, token);
                await AuditAsync(transaction, actor, action, before, after, token);
                return (await TerminalDirectory.FindAsync(transaction, terminalId, token), TerminalOutcome.Done);
            },
            cancellationToken);

    private static async Task AuditAsync(
        TenantTransaction transaction, Actor actor, string action, TerminalRecord? before, TerminalRecord after, CancellationToken cancellationToken)
    {
        // In one order, so that two transfers in opposite directions do not wait for each other's chains.
        Guid?[] concerned = [.. new[] { before?.MerchantId, after.MerchantId }.Where(merchant => merchant is not null).Distinct().Order()];
        foreach (var merchant in concerned is [] ? [null] : concerned)
        {
            await Audit.AppendAsync(
                transaction, merchant is { } known ? new MerchantId(known) : null, actor, action, after.TerminalId,
                before?.Describe(), after.Describe(), cancellationToken);
        }
    }

    private static void ThrowIfBroken(NewTerminal terminal)
    {
        if (!TerminalId.IsWellFormed(terminal.TerminalId))
            throw new ArgumentException($"A terminal id {TerminalId.Rule}.", nameof(terminal));
        if (TerminalId.IsCardNumber(terminal.TerminalId))
            throw new ArgumentException($"The terminal id {TerminalId.NoCardNumber}.", nameof(terminal));
        if (terminal.ThingName is not null && !TerminalRules.IsThingName(terminal.ThingName))
            throw new ArgumentException("A thing name must be 1 to 128 letters, digits, ':', '_' or '-'.", nameof(terminal));
        ThrowIfBroken(terminal.Settings);
    }

    private static void ThrowIfBroken(TerminalSettings settings)
    {
        var faults = TerminalRules.Instance.Validate(settings).Errors;
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("; ", faults.Select(fault => $"{fault.PropertyName} {fault.ErrorMessage}")), nameof(settings));
    }

    private static TerminalOutcome? OutcomeOf(PostgresException refused) => refused.ConstraintName switch
    {
        "terminals_pkey" => TerminalOutcome.TerminalExists,
        "terminals_thing_name_key" => TerminalOutcome.ThingNameTaken,
        "terminals_merchant_id_fkey" => TerminalOutcome.UnknownMerchant,
        _ => null,
    };
}
