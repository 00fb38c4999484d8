using System.Security.Cryptography;
using System.Text;
using CloudKick.Relay.CloudConnect;
using CloudKick.Relay.Diagnosis;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Problems;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.RateLimits;
using CloudKick.Relay.Security;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Kicks;

/// <summary>Takes on a kick: has it decided and stored, publishes it, and waits as long as the caller wants to know more. Thread-safe.</summary>
internal sealed class KickAcceptance(
    KickWriter writer, KickStore store, KickQueries queries, KickPublisher publisher, IKickTransport transport, PublishingMetrics metrics,
    KickWatch watch, ITerminalRateLimit terminalLimit, RefusedKicks refused, CloudConnect1Requests oldRequests, IOptions<KickOptions> options, TimeProvider timeProvider)
{
    private static readonly TimeSpan ContentionPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ContentionPatience = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OverloadPause = TimeSpan.FromSeconds(1);

    /// <summary>The merchant's kick as it stands when the wait is over, or the problem.</summary>
    public async Task<(KickRow? Kick, ProblemResult? Problem)> AcceptAsync(
        Caller caller, KickRequest request, string? idempotencyKey, TimeSpan wait, string? traceParent, CancellationToken cancellationToken)
    {
        if (!terminalLimit.TryAcquire(caller.RequiredMerchant, request.TerminalId!, out var retryAfter))
            return (null, Problem.RateLimited("This terminal is being kicked too often. One kick is enough: a repeated one returns the same kick.", retryAfter));

        var order = Order(caller, request, idempotencyKey, traceParent, watched: wait > TimeSpan.Zero);
        if (transport.Reserve(TimeSpan.FromSeconds(order.TtlSeconds), out var turn) is { } refusal)
        {
            metrics.TurnedAway();
            return (null, refusal.TooMany ? Problem.RateLimited(refusal.Detail, refusal.RetryAfter) : Problem.CloudUnavailable(refusal.Detail, refusal.RetryAfter));
        }
        KickDecision? decision = null;
        try
        {
            decision = await DecideAsync(order, cancellationToken);
        }
        finally
        {
            if (decision?.Attempt is null)
                turn?.Dispose();
        }
        if (decision is null)
            return (null, Problem.RateLimited("The relay has more kicks waiting than it can take on at the moment.", OverloadPause));
        oldRequests.Note(order);

        if (decision.Attempt is { } attempt)
        {
            // From here on a terminal may get to know: the attempt outlives this request.
            var publishing = publisher.PublishAsync(turn is null ? attempt : attempt with { Turn = turn });
            Task soon = publishing.WaitAsync(options.Value.PublishWait, timeProvider, cancellationToken);
            await soon.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Failpoint.Reach(Failpoint.BeforeAnswer);
            // The usual case: all is known, nothing need be read.
            if (wait == TimeSpan.Zero && publishing is { IsCompletedSuccessfully: true, Result: { } publishedAt })
                return (decision.Stored! with { State = "published", BrokerOutcome = "acked", PublishedAt = publishedAt }, null);
            // Nothing more is known of it. Were it asked for, a slow database would have as many questions more as it is slow.
            if (wait == TimeSpan.Zero && !publishing.IsCompleted)
                return (decision.Stored, null);
        }
        if (decision.Kick is { } kick)
            return (await ReadAsync(order, kick, decision.Verdict, wait, cancellationToken), null);
        refused.Note(order, decision.Verdict);
        return (null, KickProblems.For(decision.Verdict, order));
    }

    private async Task<KickDecision?> DecideAsync(KickOrder order, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        while (true)
        {
            if (writer.TryWrite(order) is not { } deciding)
                return null;
            // Not cancelled with the caller: once queued, what was decided must be acted on.
            var decision = await deciding;
            if (decision.Verdict is not KickVerdict.Contended || timeProvider.GetElapsedTime(started) > ContentionPatience)
                return decision;
            await Task.Delay(ContentionPause, timeProvider, cancellationToken);
        }
    }

    private async Task<KickRow?> ReadAsync(KickOrder order, KickId kick, KickVerdict verdict, TimeSpan wait, CancellationToken cancellationToken)
    {
        var row = await queries.GetAsync(order.Merchant, kick, cancellationToken);
        if (wait == TimeSpan.Zero || row is null or { IsFinal: true })
            return row;
        if (verdict is not KickVerdict.Accepted)
            await store.WatchAsync(order.Merchant, kick, cancellationToken);
        await watch.WaitAsync(
            kick, wait,
            async token => (row = await queries.GetAsync(order.Merchant, kick, token)) is null or { IsFinal: true },
            cancellationToken);
        return row;
    }

    private KickOrder Order(Caller caller, KickRequest request, string? idempotencyKey, string? traceParent, bool watched)
    {
        var kept = IdempotencyKey.Kept(idempotencyKey);
        return new()
        {
            Merchant = caller.RequiredMerchant,
            ApiKeyId = caller.Id,
            TerminalId = request.TerminalId!,
            ManagementSystemId = request.ManagementSystemId!,
            AccessProtocol = request.AccessProtocol!,
            Reference = request.Reference,
            TtlSeconds = request.TtlSeconds ?? options.Value.DefaultTtlSeconds,
            TryOffline = request.OnOffline == KickRequestValidator.TryOffline,
            IdempotencyKey = kept,
            Fingerprint = idempotencyKey is null ? [] : Fingerprint(request),
            TraceParent = traceParent,
            Request = KickAsked.Of(request, kept)?.ToJson(),
            Watched = watched,
        };
    }

    // Of the values, not of the bytes: white space and the order of members do not make it another request.
    internal static byte[] Fingerprint(KickRequest request) => SHA256.HashData(Encoding.UTF8.GetBytes(string.Join(
        '\n', request.TerminalId, request.ManagementSystemId, request.AccessProtocol, request.TtlSeconds, request.OnOffline, request.Ip, request.Port,
        request.Reference)));
}
