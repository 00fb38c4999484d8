using CloudKick.Relay.Diagnosis;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Tests.Diagnosis;

/// <summary>Evidence to begin a test with.</summary>
internal static class Evidences
{
    public static readonly DateTime Now = new(2026, 11, 21, 12, 0, 0, DateTimeKind.Utc);

    public static DateTime MinutesAgo(int minutes) => Now.AddMinutes(-minutes);

    /// <summary>A terminal of which all is well and known.</summary>
    public static Evidence Healthy { get; } = new()
    {
        Terminal = Connected(new TerminalRow
        {
            TerminalId = "NL000001",
            MerchantId = Guid.CreateVersion7(),
            ManagementSystemId = "GrundmasterNL",
            ThingName = "NL000001",
            FirmwareVersion = "14.0.11.01",
            ConnectMode = ConnectMode.CloudConnect2,
            Label = "",
            SubscriptionTopic = null,
            TopicTemplate = null,
            EffectiveSubscriptionTopic = "NL-CAT",
            EffectiveTopicTemplate = "{subscriptionTopic}/{terminalId}",
            CreatedAt = MinutesAgo(600),
            UpdatedAt = MinutesAgo(600),
            Whitelisted = true,
            Connected = null,
            PresenceAt = null,
            ConnectedAt = null,
            DisconnectedAt = null,
            DisconnectReason = null,
            IpAddress = null,
            PrincipalId = null,
            SessionId = null,
            SessionKickId = null,
            SessionOpenedAt = null,
            SessionClosedAt = null,
            SessionCloseReason = null,
        }),
        Now = Now,
        MerchantDisabledAt = null,
        IsListed = true,
        EnabledUntil = null,
        PresenceIsObserved = true,
        ShortStays = 0,
        Kicks = [Kick(connected: true)],
        Refusals = [],
        Subscriptions = SubscriptionEvidence.Of(["NL-CAT/NL000001"]),
        Topic = "NL-CAT/NL000001",
        TasAddress = "tas.example:5555",
    };

    public static TerminalRow Connected(TerminalRow terminal) =>
        terminal with { Connected = true, PresenceAt = MinutesAgo(60), ConnectedAt = MinutesAgo(60), IpAddress = "192.0.2.7" };

    /// <summary>A terminal that is registered, and of which nothing has been heard since.</summary>
    public static Evidence NeverConnected => Healthy with
    {
        Terminal = Healthy.Terminal with { Connected = null, PresenceAt = null, ConnectedAt = null, IpAddress = null },
        Kicks = [],
        Subscriptions = SubscriptionEvidence.NotAsked,
    };

    public static Evidence Offline(string? reason) => Healthy with
    {
        Terminal = Healthy.Terminal with { Connected = false, PresenceAt = MinutesAgo(5), DisconnectedAt = MinutesAgo(5), DisconnectReason = reason },
        Subscriptions = SubscriptionEvidence.NotAsked,
    };

    /// <summary>A kick of ten minutes ago, published and final.</summary>
    public static KickEvidence Kick(bool delivered = false, bool connected = false) => new()
    {
        State = connected ? "connected" : "expired",
        AcceptedAt = MinutesAgo(10),
        PublishedAt = MinutesAgo(10),
        DeliveredAt = delivered ? MinutesAgo(10) : null,
        ConnectedAt = connected ? MinutesAgo(10) : null,
        EndedAt = MinutesAgo(9),
    };

    /// <summary>The same, cancelled before its time was over.</summary>
    public static KickEvidence Cancelled(bool delivered = false) => Kick(delivered) with { State = "cancelled" };

    public static RefusalEvidence Refusal(string code, string managementSystem, int minutesAgo) =>
        new() { Code = code, ManagementSystemId = managementSystem, At = MinutesAgo(minutesAgo), Count = 3 };
}
