using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>Misbehaviour to order from LocalCloud with <see cref="LocalCloudControl.Order"/>.</summary>
/// <param name="Kind">What goes wrong.</param>
/// <param name="Clients">
/// Whose: a pattern for client ids, in which <c>*</c> stands for any characters and <c>?</c> for one. Calls over HTTPS have no
/// client id; they go by the name of the caller, its certificate's common name or its identity's name.
/// </param>
public sealed record CloudFault(CloudFaultKind Kind, string Clients)
{
    /// <summary>Matches every client.</summary>
    public const string Everyone = "*";

    internal const MqttReasonCode DefaultReason = MqttReasonCode.QuotaExceeded;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    /// <summary>For <see cref="CloudFaultKind.Delay"/>: how much later acknowledgements come, up to 1 hour.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>For <see cref="CloudFaultKind.Refuse"/>: why, 0x80 or above. Default: 0x97, quota exceeded.</summary>
    public MqttReasonCode? ReasonCode { get; init; }

    /// <summary>For <see cref="CloudFaultKind.Discard"/>: what the clients publish, instead of what is on its way to them.</summary>
    public bool FromClients { get; init; }

    /// <summary>How many times: messages, or connections for <see cref="CloudFaultKind.Cut"/> and <see cref="CloudFaultKind.Freeze"/>. Null: any number.</summary>
    public int? Count { get; init; }

    /// <summary>For how long, up to 1 day. Null: until it is withdrawn.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>What is wrong with it, a sentence; null when it can be ordered.</summary>
    internal string? Mistake => this switch
    {
        { Clients.Length: 0 } => "Say whose: a client id, or a pattern with * and ?.",
        { Kind: CloudFaultKind.Delay, Delay: null } => "Say by how much to delay.",
        { Kind: not CloudFaultKind.Delay, Delay: not null } => "Only acknowledgements that are delayed have a delay.",
        { Kind: not CloudFaultKind.Refuse, ReasonCode: not null } => "Only refusals have a reason.",
        { Kind: not CloudFaultKind.Discard, FromClients: true } => "Only for messages that are discarded there is a choice of direction.",
        { ReasonCode: < MqttReasonCode.UnspecifiedError } => "A refusal's reason is 0x80 or above.",
        { Count: <= 0 } => "The count is at least 1.",
        _ when Delay <= TimeSpan.Zero || Delay > LongestDelay => "The delay is more than 0 and at most 1 hour.",
        _ when Duration <= TimeSpan.Zero || Duration > LongestDuration => "The duration is more than 0 and at most 1 day.",
        _ when !Enum.IsDefined(Kind) => "There is no such fault.",
        _ => null,
    };
}

/// <summary>What can be made to go wrong.</summary>
public enum CloudFaultKind
{
    /// <summary>
    /// Connections break as if the network failed: those that are open now, and with a count or a duration also those of
    /// clients that come back, before they are answered.
    /// </summary>
    Cut,

    /// <summary>
    /// Nothing is read from connections and nothing written, though they stay open: those that are open now, and those that
    /// clients open later, before they are answered. The broker ends them by keep-alive as ever, unless they thaw before.
    /// </summary>
    Freeze,

    /// <summary>Published messages are accepted and delivered at once, and acknowledged later.</summary>
    Delay,

    /// <summary>Published messages are accepted and delivered, and never acknowledged; over HTTPS the connection ends without an answer.</summary>
    Drop,

    /// <summary>
    /// Published messages are refused: in MQTT 5 with QoS 1 by PUBACK, else by ending the connection, as AWS does; over HTTPS
    /// with 403, 429 or 500.
    /// </summary>
    Refuse,

    /// <summary>
    /// Messages are thrown away without a word, as AWS does with what is over a rate: on their way to clients, or from them,
    /// and then unacknowledged.
    /// </summary>
    Discard,
}
