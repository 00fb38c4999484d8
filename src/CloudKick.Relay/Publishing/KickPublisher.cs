using CloudKick.Mqtt;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Makes attempts: publishes what this node holds the lease of and has the outcome recorded. An attempt goes on when the request
/// that began it is gone, also while the node drains; its lease bounds it. Thread-safe.
/// </summary>
internal sealed partial class KickPublisher(
    IKickTransport transport, AttemptRecorder recorder, ITasLocation tas, IOptions<KickOptions> options,
    NodeIdentity node, TimeProvider timeProvider, ILogger<KickPublisher> logger)
{
    // An attempt is given up this long before its lease lapses, so that its outcome is recorded while it still counts.
    private static readonly TimeSpan LeaseMargin = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Publishes once. Completes when the outcome is recorded or its lease has lapsed; never throws for what the broker or the
    /// database does. The result is <see cref="AttemptRecorder.RecordAsync"/>'s: since when the kick is published, if it is that.
    /// </summary>
    public async Task<DateTime?> PublishAsync(KickAttempt attempt)
    {
        var result = await AttemptAsync(attempt);
        if (result.Outcome is not (AttemptOutcome.Acknowledged or AttemptOutcome.Delivered))
            LogNotAcknowledged(logger, attempt.Kick, attempt.Number, result.Outcome, result.Detail, node.Name);
        Failpoint.Reach(Failpoint.AfterAcknowledgement);
        return await recorder.RecordAsync(attempt, result);
    }

    private async Task<AttemptResult> AttemptAsync(KickAttempt attempt)
    {
        using var turn = attempt.Turn;
        var elapsed = timeProvider.GetElapsedTime(attempt.LeasedTimestamp);
        var remaining = attempt.RemainingWhenLeased - elapsed;
        var leaseLeft = options.Value.Lease - LeaseMargin - elapsed;
        if (leaseLeft <= TimeSpan.Zero)
            return new AttemptResult(AttemptOutcome.NotSent, "the lease had nearly lapsed before the attempt could begin");

        MqttMessage message;
        try
        {
            message = KickMessage.Create(attempt, tas.Address);
        }
        catch (ArgumentException exception)
        {
            return new AttemptResult(AttemptOutcome.Refused, exception.Message);
        }
        Failpoint.Reach(Failpoint.BeforePublish);
        var publishing = transport.PublishAsync(attempt, message, remaining, remaining < leaseLeft ? remaining : leaseLeft);
        Failpoint.Reach(Failpoint.DuringPublish);
        return await publishing;
    }

    [LoggerMessage(4200, LogLevel.Warning, "Kick {Kick}, attempt {Attempt} by {Node}: {Outcome} ({Detail})")]
    private static partial void LogNotAcknowledged(ILogger logger, KickId kick, int attempt, AttemptOutcome outcome, string? detail, string node);
}
