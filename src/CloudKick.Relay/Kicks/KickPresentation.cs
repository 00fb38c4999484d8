namespace CloudKick.Relay.Kicks;

/// <summary>Says in the API's words how far a kick came.</summary>
internal static class KickPresentation
{
    private const string Done = "done";
    private const string Pending = "pending";
    private const string NotObserved = "not_observed";
    private const string NotReached = "not_reached";

    /// <summary>What the till wants to know of a kick, in the API's words.</summary>
    public static IReadOnlyList<string> Outcomes { get; } = ["coupled", "not_coupled", "pending"];

    public static string OutcomeOf(string state) => state == KickState.Connected ? "coupled" : KickState.IsFinal(state) ? "not_coupled" : "pending";

    public static KickResponse ToResponse(this KickRow row) => new()
    {
        Id = new KickId(row.KickId).ToString(),
        TerminalId = row.TerminalId,
        ManagementSystemId = row.ManagementSystemId,
        AccessProtocol = row.AccessProtocol,
        Reference = row.Reference,
        State = row.State,
        Outcome = OutcomeOf(row.State),
        RetrySafe = row.IsFinal,
        BrokerOutcome = row.BrokerOutcome,
        FailureCode = row.FailureCode,
        Advice = Advice(row),
        AcceptedAt = row.AcceptedAt,
        ExpiresAt = row.ExpiresAt,
        EndedAt = row.EndedAt,
        Ladder =
        [
            Step(row, "accepted", row.AcceptedAt, passed: true),
            Step(row, "published", row.PublishedAt, passed: row.DeliveredAt is not null || row.ConnectedAt is not null),
            Step(row, "delivered", row.DeliveredAt, passed: row.ConnectedAt is not null),
            Step(row, "connected", row.ConnectedAt, passed: false),
        ],
    };

    private static KickStep Step(KickRow row, string name, DateTime? at, bool passed) => at is { } moment
        ? new KickStep(name, Done, moment, Math.Round((moment - row.AcceptedAt).TotalMilliseconds, 1))
        : new KickStep(name, passed ? NotObserved : row.IsFinal ? NotReached : Pending, null, null);

    private static string? Advice(KickRow row) => row.State switch
    {
        "expired" when row.DeliveredAt is not null =>
            "The terminal received the kick and did not reach the TAS. Check that its network lets it out to the TAS host and port and that its OPI setting is TCP FLAT-OUTGOING; then kick again.",
        "expired" when row.BrokerOutcome == "acked" =>
            "The cloud had the kick, the terminal did not come. Check that the terminal is on and online (firewall: port 443 out, DNS), that the hardware installation was done and MqtSubscriptionTopic0 is right; then kick again.",
        "expired" when row.BrokerOutcome == "never_sent" =>
            "The cloud could not be reached before the deadline; the terminal never saw the kick. Kick again.",
        "expired" => "The relay could not learn whether the cloud took the kick before the deadline. Kick again: an expired kick is never acted on.",
        "failed" when row.FailureCode == "terminal-not-whitelisted" =>
            "The terminal left the whitelist before the kick could be published. Put it on the whitelist again if that was not meant.",
        "failed" when row.FailureCode == "terminal-offline" =>
            "The cloud says that the terminal is not connected. Check that it is on and has network (firewall: port 443 out, DNS filled in) and that the hardware installation was done; then kick again.",
        "failed" => "The cloud refused the kick for good, most likely by policy. Retrying will not help: tell the platform's operator the kick's id.",
        "cancelled" => "Cancelled. If the terminal had the kick already, its session is refused.",
        _ => null,
    };
}
