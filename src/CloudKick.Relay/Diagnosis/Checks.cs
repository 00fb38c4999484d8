using CloudKick.Relay.CloudConnect;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Diagnosis;

/// <summary>
/// The checklist of the manual's chapter "Problemen?", evaluated: each check turns evidence into a finding. Pure. In the order in which
/// a kick meets them, so that the first problem is the cause.
/// </summary>
internal static class Checks
{
    public const string Whitelist = "whitelist";
    public const string ConnectModeCode = "connect-mode";
    public const string ManagementSystem = "management-system";
    public const string Firmware = "firmware";
    public const string Installation = "installation";
    public const string Connection = "connection";
    public const string Subscription = "subscription";
    public const string Session = "session";
    public const string Network = "network";

    // Fewer may be somebody who switches it on and off.
    private const int ManyShortStays = 3;

    private static readonly Func<Evidence, Finding>[] All =
        [OfWhitelist, OfConnectMode, OfManagementSystem, OfFirmware, OfInstallation, OfConnection, OfSubscription, OfSession, OfNetwork];

    /// <summary>Every check's finding.</summary>
    public static IReadOnlyList<Finding> Evaluate(Evidence evidence) => Array.ConvertAll(All, check => check(evidence));

    private static Finding OfWhitelist(Evidence evidence)
    {
        if (evidence.Terminal.MerchantId is null)
            return Finding.Problem(Whitelist, "unassigned");
        if (evidence.MerchantDisabledAt is { } disabled)
            return Finding.Problem(Whitelist, "merchant-disabled", disabled);
        if (!evidence.IsListed)
            return Finding.Problem(Whitelist, "missing");
        return evidence.EnabledUntil switch
        {
            null => Finding.Ok(Whitelist, "listed"),
            { } until when until > evidence.Now => Finding.Ok(Whitelist, "listed-until", until),
            { } ended => Finding.Problem(Whitelist, "ended", ended),
        };
    }

    private static Finding OfConnectMode(Evidence evidence) => evidence.Terminal.ConnectMode switch
    {
        ConnectMode.CloudConnect1 => Finding.Problem(ConnectModeCode, "still-1", evidence.Terminal.EffectiveSubscriptionTopic),
        ConnectMode.Both => Finding.Ok(ConnectModeCode, "both"),
        _ => Finding.Ok(ConnectModeCode, "is-2"),
    };

    // A till that asks in the wrong way is refused, until it is mended: then a kick follows the last refusal.
    private static Finding OfManagementSystem(Evidence evidence)
    {
        var kicked = evidence.Kicks.Count > 0 ? evidence.Kicks[0].AcceptedAt : DateTime.MinValue;
        var refusal = evidence.Refusals.FirstOrDefault(refusal => refusal.Code is RefusedKicks.Mismatch or RefusedKicks.CloudConnect1);
        if (refusal is not null && refusal.At > kicked)
        {
            return refusal.ManagementSystemId == CloudConnect1Requests.ManagementSystem
                ? Finding.Problem(ManagementSystem, "still-1", refusal.At, refusal.Count, evidence.Terminal.ManagementSystemId)
                : Finding.Problem(ManagementSystem, "mismatch", refusal.At, refusal.ManagementSystemId, evidence.Terminal.ManagementSystemId);
        }
        return evidence.Kicks.Count > 0
            ? Finding.Ok(ManagementSystem, "matches", evidence.Terminal.ManagementSystemId)
            : Finding.Unknown(ManagementSystem, "no-request", evidence.Terminal.ManagementSystemId);
    }

    private static Finding OfFirmware(Evidence evidence)
    {
        if (evidence.Terminal.FirmwareVersion is not { } version)
            return Finding.Unknown(Firmware, "not-known", FirmwareVersion.FirstWithCloudConnect2);
        return FirmwareVersion.IsAtLeast(version, FirmwareVersion.FirstWithCloudConnect2)
            ? Finding.Ok(Firmware, "new-enough", version)
            : Finding.Problem(Firmware, "too-old", version, FirmwareVersion.FirstWithCloudConnect2);
    }

    private static Finding OfInstallation(Evidence evidence)
    {
        if (evidence.Terminal.Connected is not null)
            return Finding.Ok(Installation, "has-connected");
        if (evidence.Terminal.SessionId is not null)
            return Finding.Ok(Installation, "had-session");
        return evidence.PresenceIsObserved ? Finding.Problem(Installation, "never-connected") : Finding.Unknown(Installation, "not-observed");
    }

    private static Finding OfConnection(Evidence evidence)
    {
        var terminal = evidence.Terminal;
        if (ComesAndGoes(evidence))
            return Finding.Problem(Connection, "comes-and-goes", evidence.ShortStays, Evidence.Recently.TotalMinutes, evidence.Topic);
        return terminal.Connected switch
        {
            null => Finding.Unknown(Connection, "not-known"),
            true => Finding.Ok(Connection, "connected", terminal.ConnectedAt ?? terminal.PresenceAt!.Value, terminal.IpAddress ?? "?"),
            false => Finding.Problem(
                Connection, Disconnected(terminal.DisconnectReason), terminal.DisconnectedAt ?? terminal.PresenceAt!.Value, terminal.DisconnectReason ?? "?"),
        };
    }

    // It comes, and goes of its own accord, again and again: so does one whose subscription the cloud refuses.
    private static bool ComesAndGoes(Evidence evidence) => evidence.ShortStays >= ManyShortStays && evidence.Terminal.Connected switch
    {
        true => evidence.IsSubscribed is not true && evidence.Now - evidence.Terminal.ConnectedAt < Evidence.ShortStay,
        false => Disconnected(evidence.Terminal.DisconnectReason) == "left",
        null => false,
    };

    // AWS IoT Core's reasons (developer guide, "Lifecycle events"), by what somebody has to do about them.
    private static string Disconnected(string? reason) => reason switch
    {
        "DUPLICATE_CLIENTID" => "displaced",
        "AUTH_ERROR" or "FORBIDDEN_ACCESS" => "not-allowed",
        "CLIENT_INITIATED_DISCONNECT" => "left",
        "MQTT_KEEP_ALIVE_TIMEOUT" or "CONNECTION_LOST" => "lost",
        _ => "offline",
    };

    private static Finding OfSubscription(Evidence evidence)
    {
        if (evidence.Subscriptions.Filters is { } filters)
        {
            if (evidence.IsSubscribed is true)
                return Finding.Ok(Subscription, "subscribed", evidence.Topic);
            // Who has a subscription has come, whether or not the relay was told.
            return evidence.Terminal.Connected ?? filters.Count > 0
                ? Finding.Problem(Subscription, filters.Count == 0 ? "none" : "others", evidence.Topic, string.Join(", ", filters))
                : Finding.Unknown(Subscription, "not-connected");
        }
        // A terminal that answered or came had the kick, so it listened.
        if (evidence.LastHeardAt is { } heard)
            return Finding.Ok(Subscription, "heard", heard, evidence.Topic);
        return Finding.Unknown(Subscription, evidence.Subscriptions.WhyUnknown!, evidence.Topic);
    }

    private static Finding OfSession(Evidence evidence)
    {
        var terminal = evidence.Terminal;
        if (terminal is { SessionId: not null, SessionClosedAt: null })
            return Finding.Ok(Session, "live", terminal.SessionOpenedAt!.Value);
        return evidence.LastFinishedKick switch
        {
            { ConnectedAt: { } connected } => Finding.Ok(Session, "worked", connected),
            // It has the kick and says so: what is missing is its way to the TAS.
            { DeliveredAt: { } delivered } => Finding.Problem(Session, "answered-only", delivered, evidence.TasAddress),
            { PublishedAt: { } published } when terminal.Connected is not true => Finding.Unknown(Session, "was-away", published),
            // It has come since: the kick may have passed while it was away, and blames nobody's settings.
            { PublishedAt: { } published } when terminal.ConnectedAt is not { } since || since > published =>
                Finding.Unknown(Session, "came-later", published, terminal.ConnectedAt ?? terminal.PresenceAt ?? evidence.Now),
            // The kick cannot have reached it: its way to the TAS was not tried.
            { PublishedAt: { } published } when evidence.IsSubscribed is false => Finding.Unknown(Session, "not-subscribed", published, evidence.Topic),
            { PublishedAt: { } published } => Finding.Problem(Session, "silent", published, evidence.TasAddress),
            null when terminal.SessionOpenedAt is { } opened => Finding.Ok(Session, "worked", opened),
            _ => Finding.Unknown(Session, "no-kick"),
        };
    }

    private static Finding OfNetwork(Evidence evidence) => evidence.Terminal.Connected is true
        ? Finding.Ok(Network, "open")
        : Finding.Unknown(Network, "on-site");
}
