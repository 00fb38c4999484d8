using System.Diagnostics.Metrics;

namespace CloudKick.Relay.Publishing;

/// <summary>What operators want to know of the ways to the terminals. Thread-safe.</summary>
internal sealed class PublishingMetrics
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "CloudKick.Relay.Publishing";

    private const string Transport = "transport";

    private readonly Meter _meter;
    private readonly Counter<long> _attempts;
    private readonly Counter<long> _heldBack;
    private readonly Counter<long> _overflowed;
    private readonly Counter<long> _refusals;
    private readonly Counter<long> _turnedAway;

    public PublishingMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _attempts = _meter.CreateCounter<long>("cloudkick.publish.attempts", "{attempt}", "Attempts to publish, by transport and outcome");
        _heldBack = _meter.CreateCounter<long>("cloudkick.mqtt.held_back", "{kick}", "Kicks that waited for their turn because the MQTT connections carry all they may");
        _overflowed = _meter.CreateCounter<long>("cloudkick.publish.overflowed", "{kick}", "Kicks that went over HTTPS because the MQTT pool could not take them");
        _refusals = _meter.CreateCounter<long>("cloudkick.cloud.refusals", "{refusal}", "Connections and publishes that the cloud refused, by what was refused");
        _turnedAway = _meter.CreateCounter<long>("cloudkick.publish.turned_away", "{kick}", "Kicks not taken on because the way to the cloud was full or closed");
    }

    /// <summary>An attempt over that transport has ended.</summary>
    public void Attempt(string transport, AttemptOutcome outcome) =>
        _attempts.Add(1, new KeyValuePair<string, object?>(Transport, transport), new KeyValuePair<string, object?>("outcome", outcome.ToString()));

    public void HeldBack() => _heldBack.Add(1);

    public void Overflowed() => _overflowed.Add(1);

    /// <param name="what"><c>connect</c> or <c>publish</c>.</param>
    public void Refused(string what) => _refusals.Add(1, new KeyValuePair<string, object?>("what", what));

    public void TurnedAway() => _turnedAway.Add(1);

    /// <summary>Shows the pool: connections that are up, and publishes on their way.</summary>
    public void Show(Func<int> up, Func<int> inFlight)
    {
        _meter.CreateObservableGauge("cloudkick.mqtt.connections", up, "{connection}", "MQTT connections that publish and are up");
        _meter.CreateObservableGauge("cloudkick.mqtt.in_flight", inFlight, "{publish}", "Publishes that the broker has not acknowledged");
    }
}
