using CloudKick.Relay.Problems;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Kicks;

/// <summary>What a caller is told when there is no kick.</summary>
internal static class KickProblems
{
    public static ProblemResult For(KickVerdict verdict, KickOrder order) => verdict switch
    {
        KickVerdict.KeyReused => Problem.IdempotencyKeyReused(
            "This Idempotency-Key was used for another kick. Use a new key for every new kick, and the same key only to repeat one request unchanged."),
        KickVerdict.KeyInUse => Problem.IdempotencyKeyInUse(
            "A request with this Idempotency-Key is being worked on. Repeat it in a second to get its result."),
        // The same for an unknown terminal, another merchant's and one that is not on the list.
        KickVerdict.NotWhitelisted => Problem.TerminalNotWhitelisted(
            $"Terminal {TerminalId.InAnswer(order.TerminalId)} may not be kicked on behalf of this merchant. Check the TMS ID; if it is right, put it on the whitelist and have the platform's operator assign the terminal to you.",
            ("terminalId", order.TerminalId)),
        KickVerdict.CloudConnect1 => Problem.CloudConnect1(
            "Cloud Connect 1.0 kicks terminals over the local network, which browsers no longer allow. Change the terminal first: in TMS enable MQT with MqtSubscriptionTopic0, then do a hardware installation. Then change the till: managementSystemId GrundmasterNL or GrundmasterBE instead of 08900000002, without ip and port.",
            ("terminalId", order.TerminalId)),
        KickVerdict.ManagementSystemMismatch => Problem.ManagementSystemMismatch(
            $"Terminal {order.TerminalId} is not managed by {order.ManagementSystemId}. Use the name of the TMS that the terminal is managed in: GrundmasterNL or GrundmasterBE.",
            ("terminalId", order.TerminalId)),
        KickVerdict.Offline => Problem.TerminalOffline(
            $"Terminal {order.TerminalId} has no connection to the cloud. Check that it is switched on and has network (firewall: port 443 out, DNS filled in), and that the hardware installation was done. To kick it all the same, in case it comes back within the kick's life, send \"onOffline\": \"try\".",
            ("terminalId", order.TerminalId)),
        KickVerdict.InProgress or KickVerdict.Contended => Problem.KickInProgress(
            $"Another kick for terminal {order.TerminalId} is in progress. Repeat the request in a second.",
            ("terminalId", order.TerminalId)),
        _ => throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "This verdict comes with a kick."),
    };

    /// <summary>Names only what can be a kick's id: whatever else stood in its place is not repeated.</summary>
    public static ProblemResult NotFound(string id) => Problem.KickNotFound(
        $"This merchant has no kick {(KickId.TryParse(id, out var kick) ? kick.ToString() : "of this id")}. A kick's id comes with the answer to POST /v1/kicks.");
}
