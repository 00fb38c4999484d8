using CloudKick.Relay.Database;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Diagnosis;

/// <summary>Finds out why a terminal does not come: gathers the evidence and goes through the checks. Thread-safe.</summary>
internal sealed class Doctor(TerminalDirectory terminals, DiagnosisStore store, TerminalSubscriptions subscriptions, ITasLocation tas)
{
    /// <summary>The findings; null when there is no such terminal, or with a merchant when it is not that merchant's.</summary>
    public async Task<(Evidence Evidence, IReadOnlyList<Finding> Findings)?> ExamineAsync(
        MerchantId? merchant, string terminalId, CancellationToken cancellationToken)
    {
        var tenant = merchant is { } known ? known : Tenant.Platform;
        if (await terminals.FindAsync(merchant, terminalId, cancellationToken) is not { } terminal
            || await store.ListingAsync(tenant, terminal, cancellationToken) is not { } listing)
        {
            return null;
        }

        var asked = subscriptions.OfAsync(terminal.ThingName, cancellationToken);
        var address = tas.Address;
        var evidence = new Evidence
        {
            Terminal = terminal,
            Now = listing.Now,
            MerchantDisabledAt = listing.MerchantDisabledAt,
            IsListed = listing.IsListed,
            EnabledUntil = listing.EnabledUntil,
            PresenceIsObserved = listing.PresenceIsObserved,
            ShortStays = listing.ShortStays,
            Kicks = await store.KicksAsync(tenant, terminal, cancellationToken),
            Refusals = await store.RefusalsAsync(tenant, terminal, cancellationToken),
            Subscriptions = await asked,
            Topic = KickTopic.Build(terminal.EffectiveTopicTemplate, terminal.EffectiveSubscriptionTopic, terminal.TerminalId),
            TasAddress = $"{address.Host}:{address.Port}",
        };
        return (evidence, Checks.Evaluate(evidence));
    }
}
