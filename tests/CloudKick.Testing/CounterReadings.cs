using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace CloudKick.Testing;

/// <summary>What the counters of one service's meters came to since this was made, by name. Thread-safe.</summary>
public sealed class CounterReadings : IDisposable
{
    private readonly ConcurrentDictionary<string, long> _counts = new(StringComparer.Ordinal);
    private readonly MeterListener _listener = new();

    /// <summary>Listens to the meters that this factory makes, and to nobody else's of the same name.</summary>
    public CounterReadings(IMeterFactory meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument is not Counter<long> || instrument.Meter.Scope != meters)
                return;
            _counts.TryAdd(instrument.Name, 0);
            listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => _counts.AddOrUpdate(instrument.Name, value, (_, count) => count + value));
        _listener.Start();
    }

    /// <summary>How far a counter has come, whatever its tags; 0 when it never counted.</summary>
    /// <exception cref="ArgumentException">There is no counter of this name: a zero would say nothing.</exception>
    public long Of(string counter) => _counts.TryGetValue(counter, out var count)
        ? count
        : throw new ArgumentException($"There is no counter {counter}; there are {string.Join(", ", _counts.Keys.Order(StringComparer.Ordinal))}.", nameof(counter));

    /// <inheritdoc/>
    public void Dispose() => _listener.Dispose();
}
