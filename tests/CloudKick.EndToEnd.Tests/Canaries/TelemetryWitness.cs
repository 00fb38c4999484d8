using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>Sees all traces and metrics of this process, as an exporter that takes everything would.</summary>
internal sealed class TelemetryWitness : IDisposable
{
    private readonly ConcurrentQueue<string> _seen = [];
    private readonly ActivityListener _activities;
    private readonly MeterListener _meters = new();

    public TelemetryWitness()
    {
        _activities = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => _seen.Enqueue(Text(activity)),
        };
        ActivitySource.AddActivityListener(_activities);
        _meters.InstrumentPublished = (instrument, listener) => listener.EnableMeasurementEvents(instrument);
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.SetMeasurementEventCallback<byte>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.SetMeasurementEventCallback<short>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.SetMeasurementEventCallback<float>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.SetMeasurementEventCallback<decimal>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.SetMeasurementEventCallback<int>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Keep(instrument, tags));
        _meters.Start();
    }

    /// <summary>Each span and each measurement with all that is attached to it; gauges and the like are asked now.</summary>
    public IReadOnlyCollection<string> Look()
    {
        _meters.RecordObservableInstruments();
        return _seen;
    }

    public void Dispose()
    {
        _activities.Dispose();
        _meters.Dispose();
    }

    private void Keep(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var text = $"metric {instrument.Meter.Name} {instrument.Name}";
        foreach (var tag in tags)
            text += $" {tag.Key}={tag.Value}";
        _seen.Enqueue(text);
    }

    private static string Text(Activity activity)
    {
        var tags = activity.TagObjects.Concat(activity.Events.SelectMany(happening => happening.Tags)).Select(tag => $"{tag.Key}={tag.Value}");
        var baggage = activity.Baggage.Select(item => $"{item.Key}={item.Value}");
        return $"span {activity.Source.Name} {activity.OperationName} {activity.DisplayName} {activity.StatusDescription} {activity.TraceStateString} {string.Join(' ', tags.Concat(baggage))}";
    }
}
