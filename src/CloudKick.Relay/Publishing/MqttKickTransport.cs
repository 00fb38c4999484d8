using CloudKick.Mqtt;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Publishes kicks over the pool of MQTT connections, each kept within what AWS IoT Core lets one connection carry. While none is up a
/// kick is not sent, and said so at once. Thread-safe.
/// </summary>
internal sealed class MqttKickTransport(
    MqttConnectionPool pool, RouteRefusals refusals, LateCheck lateCheck, PoolLimit limit, PublishingMetrics metrics,
    IOptions<PublishingOptions> publishing, IOptions<RelayMqttOptions> mqtt, TimeProvider timeProvider)
    : IKickTransport
{
    private const string Name = "mqtt";
    private static readonly TimeSpan OperatorsPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);

    // Below a second of life a message does not leave.
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);

    private readonly QueuePatience _patience = new(publishing.Value.MaximumWait, publishing.Value.StandingWait, timeProvider);

    public bool IsUp => pool.Publishing.Any(slot => slot.IsUp);

    public TransportStatus Status
    {
        get
        {
            var up = pool.Publishing.Count(slot => slot.IsUp);
            var to = $"{mqtt.Value.Host}:{mqtt.Value.Port}";
            if (up == 0)
            {
                var advice = pool.IsRefused ? $"; {pool.RefusalAdvice}" : "";
                return new TransportStatus(HealthStatus.Unhealthy, $"no MQTT connection to {to} is up: {pool.LastCause}{advice}");
            }
            List<string> words = [$"{up} of {pool.Publishing.Count} MQTT connections to {to} are up", .. refusals.Causes];
            if (limit.IsReached)
                words.Add($"they carry all that the cloud lets them ({mqtt.Value.MessagesPerSecond} messages a second each), and kicks wait or are turned away: add connections");
            return new TransportStatus(words.Count == 1 ? HealthStatus.Healthy : HealthStatus.Degraded, string.Join("; ", words));
        }
    }

    public TransportRefusal? Reserve(TimeSpan life, out ReservedTurn? turn)
    {
        if (TryReserve(TimeSpan.Zero, out turn))
            return null;
        if (LeastWait is { } wait)
        {
            var (patience, mostOfLife) = (_patience.Ask(), life - LastMoment);
            if (TryReserve(patience < mostOfLife ? patience : mostOfLife, out turn))
                return null;
            limit.TurnedAway(pool.Publishing.Count);
            return new TransportRefusal("The relay has more kicks waiting than the cloud lets its connections carry.", TooMany: true, wait > ShortestPause ? wait : ShortestPause);
        }
        return pool.IsRefused
            ? new TransportRefusal("The cloud refuses the relay's connections. The platform's operator has to look at it.", TooMany: false, OperatorsPause)
            : null;
    }

    public Task<AttemptResult> PublishAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout) =>
        PublishAsync(attempt, message, remaining, timeout, patience: timeout);

    /// <summary>As the other; not sent when no connection can take it within <paramref name="patience"/>.</summary>
    public async Task<AttemptResult> PublishAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout, TimeSpan patience)
    {
        if (refusals.Refuse(attempt) is { } refusal)
            return new AttemptResult(AttemptOutcome.Refused, refusal);

        var result = await TryAsync(attempt, message, remaining, timeout, patience);
        refusals.Ended(attempt, result);
        metrics.Attempt(Name, result.Outcome);
        return result;
    }

    private bool IsLimited => mqtt.Value.MessagesPerSecond > 0 || mqtt.Value.BytesPerSecond > 0;

    // Whether there is a turn within this time, or no need of turns.
    private bool TryReserve(TimeSpan patience, out ReservedTurn? turn)
    {
        turn = null;
        // The next one when somebody else was quicker.
        while (Best(hasOtherWay: false, tried: null, patience) is { } slot)
        {
            if (!IsLimited || (turn = slot.TryReserve(patience)) is not null)
                return true;
        }
        return false;
    }

    // How long a kick handed over now would wait for its turn at least; null when no connection is up.
    private TimeSpan? LeastWait
    {
        get
        {
            TimeSpan? least = null;
            foreach (var slot in pool.Publishing)
            {
                if (slot.IsUp && slot.Budget.Delay is var delay && (least is null || delay < least))
                    least = delay;
            }
            return least;
        }
    }

    private async Task<AttemptResult> TryAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout, TimeSpan patience)
    {
        var route = attempt.SubscriptionTopic;
        var started = timeProvider.GetTimestamp();
        AttemptResult? last = null;
        List<MqttConnectionSlot>? tried = null;
        // The next one when a connection was lost before a byte had left.
        while (Next(attempt.Turn, patience < timeout, tried) is { } slot)
        {
            var elapsed = timeProvider.GetElapsedTime(started);
            if (elapsed >= timeout)
                break;
            if (last is null)
                limit.Report(slot.Budget.Delay, pool.Publishing.Count);
            var sent = timeProvider.GetTimestamp();
            last = await slot.TryPublishAsync(attempt, message, lateCheck, remaining - elapsed, timeout - elapsed, patience) ?? AtItsLimit;
            Learn(route, last.Value, sent);
            if (last is { Outcome: not AttemptOutcome.NotSent })
                return last.Value;
            (tried ??= []).Add(slot);
        }
        return last ?? new AttemptResult(AttemptOutcome.NotSent, IsUp ? AtItsLimit.Detail : Status.Detail);
    }

    // Where its turn is, if that is still as good as any.
    private MqttConnectionSlot? Next(ReservedTurn? turn, bool hasOtherWay, List<MqttConnectionSlot>? tried)
    {
        if (tried is null && turn?.Slot is { IsUp: true, IsSuspect: false, IsFull: false } kept)
            return kept;
        turn?.Dispose();
        return Best(hasOtherWay, tried, TimeSpan.MaxValue);
    }

    // The least loaded, of those where a turn comes within this time. One that just left something unanswered comes last, and not at all when
    // there is another way.
    private MqttConnectionSlot? Best(bool hasOtherWay, List<MqttConnectionSlot>? tried, TimeSpan patience)
    {
        MqttConnectionSlot? best = null;
        (bool Suspect, bool Full, TimeSpan Delay, int Expected) least = default;
        foreach (var slot in pool.Publishing)
        {
            if (!slot.IsUp || tried?.Contains(slot) is true)
                continue;
            var load = (Suspect: slot.IsSuspect, Full: slot.IsFull, slot.Budget.Delay, slot.Expected);
            if (load.Delay > patience || (hasOtherWay && (load.Suspect || load.Full)))
                continue;
            if (best is null || load.CompareTo(least) < 0)
                (best, least) = (slot, load);
        }
        return best;
    }

    private void Learn(string route, AttemptResult result, long sent)
    {
        if (result.Outcome is AttemptOutcome.Acknowledged)
            refusals.Acknowledged(route);
        else if (result.Denial is Denial.Closed)
            refusals.ClosedOn(route, sent);
        else if (result.Denial is Denial.Said)
            refusals.Denied(route);
    }

    private AttemptResult AtItsLimit => new(
        AttemptOutcome.NotSent, $"all MQTT connections that are up carry their {mqtt.Value.MessagesPerSecond} messages a second: add connections");
}
