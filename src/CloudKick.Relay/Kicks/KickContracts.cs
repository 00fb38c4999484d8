using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using CloudKick.Relay.Kicks.Events;
using CloudKick.Relay.Paging;

namespace CloudKick.Relay.Kicks;

/// <summary>Asks that a terminal connect, so that till and terminal are coupled.</summary>
public sealed record KickRequest
{
    /// <summary>The terminal's TMS ID: 1 to 16 letters, digits, <c>_</c> and <c>-</c>.</summary>
    /// <example>NL000101</example>
    [Required]
    public string? TerminalId { get; init; }

    /// <summary>
    /// The terminal management system's name: <c>GrundmasterNL</c> or <c>GrundmasterBE</c> (<c>…-ThirdPartyTest</c> for test terminals).
    /// <c>08900000002</c> is Cloud Connect 1.0.
    /// </summary>
    /// <example>GrundmasterNL</example>
    [Required]
    public string? ManagementSystemId { get; init; }

    /// <summary>The protocol between till and terminal: <c>OPI_NL</c>.</summary>
    /// <example>OPI_NL</example>
    [Required]
    public string? AccessProtocol { get; init; }

    /// <summary>Your own word for it, found again in answers and searches: up to 100 characters, no card numbers.</summary>
    /// <example>order-1042</example>
    public string? Reference { get; init; }

    /// <summary>How long the kick lives, in seconds: 5 to 300, default 30. Later than that the terminal will not act on it.</summary>
    /// <example>30</example>
    public int? TtlSeconds { get; init; }

    /// <summary>What to do when the terminal is known to be offline: <c>refuse</c> (default) or <c>try</c>.</summary>
    /// <example>refuse</example>
    public string? OnOffline { get; init; }

    /// <summary>Cloud Connect 1.0: the terminal's address. Checked and otherwise ignored: 2.0 needs none.</summary>
    public string? Ip { get; init; }

    /// <summary>Cloud Connect 1.0: the terminal's listening port. Checked and otherwise ignored.</summary>
    public int? Port { get; init; }
}

/// <summary>A kick and how far it came.</summary>
public sealed record KickResponse
{
    /// <summary>The kick's id.</summary>
    /// <example>kck_01KAJ4S8Q2F7M9V3XW5T6Y8Z0A</example>
    public required string Id { get; init; }

    /// <summary>The terminal that was kicked.</summary>
    /// <example>NL000101</example>
    public required string TerminalId { get; init; }

    /// <summary>The terminal's management system.</summary>
    /// <example>GrundmasterNL</example>
    public required string ManagementSystemId { get; init; }

    /// <summary>The protocol between till and terminal.</summary>
    /// <example>OPI_NL</example>
    public required string AccessProtocol { get; init; }

    /// <summary>The caller's own word for it.</summary>
    /// <example>order-1042</example>
    public string? Reference { get; init; }

    /// <summary><c>accepted</c>, <c>published</c>, <c>delivered</c>; final: <c>connected</c>, <c>expired</c>, <c>cancelled</c>, <c>failed</c>.</summary>
    /// <example>connected</example>
    public required string State { get; init; }

    /// <summary>
    /// What the till wants to know: <c>coupled</c>, <c>not_coupled</c>, <c>pending</c>, or <c>unknown</c> (reserved for terminals whose
    /// sessions this relay cannot see).
    /// </summary>
    /// <example>coupled</example>
    public required string Outcome { get; init; }

    /// <summary>Whether another kick is safe now: true once this one is final, since a kick moves no money and a final one is never acted on.</summary>
    /// <example>true</example>
    public required bool RetrySafe { get; init; }

    /// <summary>What is known of the broker: <c>acked</c>, <c>unknown</c>, or <c>never_sent</c> (surely no byte reached it).</summary>
    /// <example>acked</example>
    public required string BrokerOutcome { get; init; }

    /// <summary>Why it failed; only when the state is <c>failed</c>.</summary>
    public string? FailureCode { get; init; }

    /// <summary>What to do, when it did not work.</summary>
    public string? Advice { get; init; }

    /// <summary>When it was accepted, UTC.</summary>
    public required DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Its deadline, UTC: nothing acts on it afterwards.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }

    /// <summary>When it became final, UTC.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>The ladder: accepted, published, delivered, connected.</summary>
    public required IReadOnlyList<KickStep> Ladder { get; init; }
}

/// <summary>One step of the ladder.</summary>
/// <param name="Step"><c>accepted</c>, <c>published</c> (the broker has it), <c>delivered</c> (the terminal has it), <c>connected</c> (its session is open).</param>
/// <param name="Status"><c>done</c>, <c>pending</c>, <c>not_observed</c> (passed without being seen: firmware that cannot acknowledge), <c>not_reached</c>.</param>
/// <param name="At">When, UTC.</param>
/// <param name="AfterMilliseconds">How long after the kick was accepted, in milliseconds.</param>
public sealed record KickStep(string Step, string Status, DateTimeOffset? At, double? AfterMilliseconds);

/// <summary>Serialisation of the kick contracts.</summary>
[JsonSerializable(typeof(KickRequest))]
[JsonSerializable(typeof(KickResponse))]
[JsonSerializable(typeof(Page<KickResponse>))]
[JsonSerializable(typeof(KickEventAnswer))]
internal sealed partial class KickJson : JsonSerializerContext;
