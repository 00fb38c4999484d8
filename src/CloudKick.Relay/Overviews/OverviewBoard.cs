using System.Collections.Concurrent;
using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks.Counts;
using CloudKick.Relay.Terminals.States;

namespace CloudKick.Relay.Overviews;

/// <summary>
/// Makes overviews. Everybody who looks at the same one within two seconds shares it; one that is costly to make is kept for longer, so
/// that looking never takes more than a tenth of a connection's time. Thread-safe.
/// </summary>
internal sealed class OverviewBoard(KickCounts kicks, TerminalStates terminals, TimeProvider timeProvider)
{
    private const int ShownFailing = 10;
    private const int CostFactor = 10;
    private const int MaximumKept = 1_000;

    /// <summary>How long an overview is shared at least.</summary>
    public static readonly TimeSpan Freshness = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<Guid, Kept> _kept = new();

    /// <summary>A merchant's overview, or with null the platform's.</summary>
    public async Task<OverviewNow> OfAsync(MerchantId? merchant, CancellationToken cancellationToken)
    {
        var key = merchant?.Value ?? Guid.Empty;
        if (!_kept.TryGetValue(key, out var kept) || kept.IsOver(timeProvider))
        {
            if (_kept.Count >= MaximumKept)
                _kept.Clear();
            // Made once for all who ask meanwhile, so none of them may cancel it.
            var mine = new Kept(timeProvider, () => MakeAsync(merchant));
            kept = _kept.AddOrUpdate(key, mine, (_, other) => other.IsOver(timeProvider) ? mine : other);
        }

        return await kept.Making.Value.WaitAsync(cancellationToken);
    }

    private async Task<OverviewNow> MakeAsync(MerchantId? merchant)
    {
        using var deadline = new CancellationTokenSource(Patience, timeProvider);
        return new OverviewNow
        {
            Kicks = await kicks.MinutesAsync(merchant, OverviewNow.Minutes, deadline.Token),
            Terminals = await terminals.CountAsync(merchant, deadline.Token),
            Failing = await terminals.ListAsync(merchant, new TerminalSearch(TerminalStatus.Failing), null, ShownFailing, deadline.Token),
            Merchants = merchant is null ? await kicks.FailingMerchantsAsync(deadline.Token) : [],
        };
    }

    private sealed class Kept
    {
        private readonly long _startedAt;
        private long _madeAt;

        public Kept(TimeProvider timeProvider, Func<Task<OverviewNow>> make)
        {
            _startedAt = timeProvider.GetTimestamp();
            Making = new(async () =>
            {
                var made = await make();
                Volatile.Write(ref _madeAt, timeProvider.GetTimestamp());
                return made;
            });
        }

        public Lazy<Task<OverviewNow>> Making { get; }

        public bool IsOver(TimeProvider timeProvider)
        {
            if (!Making.IsValueCreated || !Making.Value.IsCompleted)
                return false;
            if (!Making.Value.IsCompletedSuccessfully)
                return true;
            var madeAt = Volatile.Read(ref _madeAt);
            var cost = timeProvider.GetElapsedTime(_startedAt, madeAt) * CostFactor;
            return timeProvider.GetElapsedTime(madeAt) >= (cost > Freshness ? cost : Freshness);
        }
    }
}
