using System.Collections.Concurrent;

namespace CloudKick.LocalCloud;

/// <summary>What the broker did since it started. Thread safe.</summary>
internal sealed class Counters
{
    // A test that publishes to more topics than this still gets its totals.
    private const int MaximumTopics = 100_000;

    private readonly ConcurrentDictionary<string, long> _publishedByTopic = new();
    private readonly long[] _overQuota = new long[Enum.GetValues<Quota>().Length];
    private long _published;
    private long _refused;
    private long _delivered;
    private long _acknowledged;
    private long _dropped;
    private long _expired;

    public void Published(string topic)
    {
        Interlocked.Increment(ref _published);
        if (_publishedByTopic.ContainsKey(topic) || _publishedByTopic.Count < MaximumTopics)
            _publishedByTopic.AddOrUpdate(topic, 1, static (_, count) => count + 1);
    }

    public void Refused() => Interlocked.Increment(ref _refused);

    public void Delivered() => Interlocked.Increment(ref _delivered);

    public void Acknowledged() => Interlocked.Increment(ref _acknowledged);

    public void Dropped(int count) => Interlocked.Add(ref _dropped, count);

    public void Expired(int count) => Interlocked.Add(ref _expired, count);

    public void OverQuota(Quota quota) => Interlocked.Increment(ref _overQuota[(int)quota]);

    public long PublishedTo(string topic) => _publishedByTopic.GetValueOrDefault(topic);

    public MessageCounters Snapshot() => new(
        Interlocked.Read(ref _published), Interlocked.Read(ref _refused), Interlocked.Read(ref _delivered),
        Interlocked.Read(ref _acknowledged), Interlocked.Read(ref _dropped), Interlocked.Read(ref _expired),
        OverQuota().Discarded);

    public QuotaCounters OverQuota() => new(
        Read(Quota.Publishes), Read(Quota.Deliveries), Read(Quota.Stored), Read(Quota.Connects), Read(Quota.Subscriptions), Read(Quota.Throughput));

    private long Read(Quota quota) => Interlocked.Read(ref _overQuota[(int)quota]);
}
