namespace CloudKick.Relay.Diagnosis;

/// <summary>What the cloud said of a terminal's subscriptions, or why it was not asked.</summary>
/// <param name="Filters">The topic filters; null when they are not known.</param>
/// <param name="WhyUnknown">The outcome to report when they are not known.</param>
internal sealed record SubscriptionEvidence(IReadOnlyList<string>? Filters, string? WhyUnknown)
{
    public static SubscriptionEvidence NotAsked { get; } = new(null, "not-asked");

    public static SubscriptionEvidence NotAnswered { get; } = new(null, "not-answered");

    public static SubscriptionEvidence Of(IReadOnlyList<string> filters) => new(filters, null);
}
