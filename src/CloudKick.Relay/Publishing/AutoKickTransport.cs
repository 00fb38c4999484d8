using CloudKick.Mqtt;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// The MQTT pool, and HTTPS for what it surely did not take: while no connection is up, or all are full. What MQTT may have taken is
/// not sent again by the same attempt: that is unknown, and the next attempt publishes it once more with the same kick id, by which
/// terminal and TAS know it. Thread-safe.
/// </summary>
internal sealed class AutoKickTransport(
    MqttKickTransport mqtt, HttpsKickTransport https, PublishingMetrics metrics, IOptions<PublishingOptions> options, TimeProvider timeProvider)
    : IKickTransport
{
    public bool IsUp => mqtt.IsUp || https.IsUp;

    public TransportStatus Status
    {
        get
        {
            var (pool, web) = (mqtt.Status, https.Status);
            if (pool.Health is HealthStatus.Healthy && web.Health is not HealthStatus.Unhealthy)
                return pool;
            return new TransportStatus(
                pool.Health is HealthStatus.Unhealthy && web.Health is HealthStatus.Unhealthy ? HealthStatus.Unhealthy : HealthStatus.Degraded,
                $"{pool.Detail}; {web.Detail}");
        }
    }

    public TransportRefusal? Reserve(TimeSpan life, out ReservedTurn? turn)
    {
        turn = null;
        var web = https.Reserve(life, out _);
        if (https.IsUp && web is null)
            return null;
        return mqtt.IsUp || web is null or { TooMany: false } ? mqtt.Reserve(life, out turn) : web;
    }

    public async Task<AttemptResult> PublishAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout)
    {
        var started = timeProvider.GetTimestamp();
        var first = await mqtt.PublishAsync(attempt, message, remaining, timeout, options.Value.OverflowAfter);
        if (first.Outcome is not AttemptOutcome.NotSent)
            return first;

        var elapsed = timeProvider.GetElapsedTime(started);
        metrics.Overflowed();
        var second = await https.PublishAsync(attempt, message, remaining - elapsed, timeout - elapsed);
        if (second.Outcome is not (AttemptOutcome.NotSent or AttemptOutcome.Refused))
            return second;

        // HTTPS may need a permission that MQTT does not: the pool has the last word, with all the patience that is left.
        elapsed = timeProvider.GetElapsedTime(started);
        if (mqtt.IsUp && elapsed < timeout)
            return await mqtt.PublishAsync(attempt, message, remaining - elapsed, timeout - elapsed);
        return new AttemptResult(AttemptOutcome.NotSent, $"{first.Detail}; {second.Detail}");
    }
}
