using CloudKick.Mqtt;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Diagnosis;

/// <summary>All that the checks look at, gathered at one moment.</summary>
internal sealed record Evidence
{
    /// <summary>A terminal that goes of its own accord sooner than this did not come to stay.</summary>
    public static readonly TimeSpan ShortStay = TimeSpan.FromMinutes(1);

    /// <summary>Over how long short stays are counted.</summary>
    public static readonly TimeSpan Recently = TimeSpan.FromMinutes(10);

    public required TerminalRow Terminal { get; init; }

    /// <summary>When the evidence was gathered, by PostgreSQL's clock.</summary>
    public required DateTime Now { get; init; }

    /// <summary>Since when its merchant is disabled; null: it is not, or the terminal is nobody's.</summary>
    public required DateTime? MerchantDisabledAt { get; init; }

    /// <summary>Whether the terminal is on its merchant's whitelist, in force or not.</summary>
    public required bool IsListed { get; init; }

    /// <summary>When the whitelist entry ends or ended; null: never.</summary>
    public required DateTime? EnabledUntil { get; init; }

    /// <summary>Whether the cloud has told of any terminal's connection: if not, that it never told of this one says nothing.</summary>
    public required bool PresenceIsObserved { get; init; }

    /// <summary>How often it came recently and soon ended the connection itself.</summary>
    public required long ShortStays { get; init; }

    /// <summary>The newest kicks of its merchant for it, newest first.</summary>
    public required IReadOnlyList<KickEvidence> Kicks { get; init; }

    /// <summary>Requests that were refused, by problem code, newest first.</summary>
    public required IReadOnlyList<RefusalEvidence> Refusals { get; init; }

    /// <summary>What it is subscribed to in the cloud.</summary>
    public required SubscriptionEvidence Subscriptions { get; init; }

    /// <summary>Where the terminal's kicks are published.</summary>
    public required string Topic { get; init; }

    /// <summary>Where kicks send terminals, <c>host:port</c>.</summary>
    public required string TasAddress { get; init; }

    /// <summary>Whether its kicks get to it by what it is subscribed to; null: that is not known.</summary>
    public bool? IsSubscribed => Subscriptions.Filters?.Any(filter => MqttTopic.Matches(filter, Topic));

    /// <summary>The newest kick that had its time.</summary>
    public KickEvidence? LastFinishedKick => Kicks.FirstOrDefault(kick => kick.HadItsTime);

    /// <summary>When the terminal had a kick, if it had the newest one that tells: cancelled or still open, it was heard all the same.</summary>
    public DateTime? LastHeardAt => Kicks.FirstOrDefault(kick => kick.HadItsTime || kick.HeardAt is not null)?.HeardAt;
}

/// <summary>A kick, as far as the checks want to know.</summary>
internal sealed record KickEvidence
{
    public required string State { get; init; }
    public required DateTime AcceptedAt { get; init; }
    public required DateTime? PublishedAt { get; init; }
    public required DateTime? DeliveredAt { get; init; }
    public required DateTime? ConnectedAt { get; init; }
    public required DateTime? EndedAt { get; init; }

    /// <summary>Published, and final by itself: one that somebody cancelled could not go on.</summary>
    public bool HadItsTime => PublishedAt is not null && EndedAt is not null && State != "cancelled";

    /// <summary>When the terminal answered or came; null: it did neither.</summary>
    public DateTime? HeardAt => DeliveredAt ?? ConnectedAt;
}

/// <summary>The newest refusal of its kind.</summary>
internal sealed record RefusalEvidence
{
    /// <summary>The problem's code, e.g. <c>management-system-mismatch</c>.</summary>
    public required string Code { get; init; }

    /// <summary>The management system that was asked for.</summary>
    public required string ManagementSystemId { get; init; }

    public required DateTime At { get; init; }
    public required long Count { get; init; }
}
