using System.Collections.Concurrent;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Finds out which topics a policy forbids. The cloud does not say: it closes the connection on which something was published, and with it
/// whatever else was under way there. What is allowed is acknowledged on the next connection; a route (a subscription topic) that is
/// not, and sees connection after connection closed, is the one. Nothing is sent to it then, but for a probe now and again. Where the cloud
/// does say, by its answer, there is nothing to find out. Either is shown to the operator with its likely cause. Thread-safe.
/// </summary>
internal sealed partial class RouteRefusals(PublishingMetrics metrics, TimeProvider timeProvider, ILogger<RouteRefusals> logger)
{
    // One closed connection may be anything, and so may two.
    private const int Proof = 3;
    private const int MaximumRoutes = 1_000;

    // More are counted, and not told one by one.
    private const int MaximumDenials = 20;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, Route> _routes = new(StringComparer.Ordinal);

    // What was denied within the last minute, by its cause, and since when.
    private readonly Dictionary<string, long> _denials = new(StringComparer.Ordinal);

    /// <summary>What is refused now, and why; for the operator.</summary>
    public IReadOnlyList<string> Causes
    {
        get
        {
            var refused = _routes.Where(route => route.Value.IsRefused).Select(route => Cause(route.Key));
            lock (_denials)
            {
                ForgetDenials();
                return [.. refused.Union(_denials.Keys).Order(StringComparer.Ordinal)];
            }
        }
    }

    /// <summary>
    /// Why this attempt may send nothing to its route now; null when it may, if only as a probe. Then <see cref="Ended"/> is told what came of it.
    /// </summary>
    public string? Refuse(KickAttempt attempt)
    {
        var route = attempt.SubscriptionTopic;
        if (!_routes.TryGetValue(route, out var known))
            return null;
        lock (known)
        {
            if (!known.IsRefused || known.Probes.TryBegin(attempt, LongestPause))
                return null;
            return Cause(route);
        }
    }

    /// <summary>What came of an attempt that might send. When that says nothing of its route, it was no probe.</summary>
    public void Ended(KickAttempt attempt, AttemptResult result)
    {
        var saysNothing = result is { Outcome: AttemptOutcome.NotSent } or { Outcome: AttemptOutcome.Refused, Denial: Denial.None };
        if (!saysNothing || !_routes.TryGetValue(attempt.SubscriptionTopic, out var known))
            return;
        lock (known)
            known.Probes.GiveBack(attempt);
    }

    /// <summary>The cloud took something for this route.</summary>
    public void Acknowledged(string route)
    {
        if (!_routes.IsEmpty && _routes.TryRemove(route, out var known) && known.IsRefused)
            LogAllowed(logger, route);
    }

    /// <summary>The cloud said no. It says so each time, and keeps the connection: nothing is held back.</summary>
    /// <param name="route">What it was for.</param>
    /// <param name="cause">What is likely wrong with which policy; null: the relay's lacks the publishing to this route.</param>
    public void Denied(string route, string? cause = null)
    {
        metrics.Refused("publish");
        cause ??= Cause(route);
        lock (_denials)
        {
            ForgetDenials();
            if (_denials.Count >= MaximumDenials || !_denials.TryAdd(cause, timeProvider.GetTimestamp()))
                return;
        }
        LogDenied(logger, cause);
    }

    /// <summary>The cloud closed a connection while this, sent at that moment, was unacknowledged.</summary>
    public void ClosedOn(string route, long sent)
    {
        metrics.Refused("publish");
        if (Known(route) is not { } known)
            return;
        lock (known)
        {
            // Connections that end together, as when the cloud goes away, say no more than one.
            if (known.Closures > 0 && sent < known.LastClosure)
                return;
            known.Closed();
            if (known.Closures == Proof)
                LogRefused(logger, Cause(route), known.Probes.Pause.TotalMinutes);
        }
    }

    // Told again when it still is so a minute later.
    private void ForgetDenials()
    {
        foreach (var (cause, since) in _denials)
        {
            if (timeProvider.GetElapsedTime(since) >= FirstPause)
                _denials.Remove(cause);
        }
    }

    private Route? Known(string route) =>
        _routes.Count >= MaximumRoutes && !_routes.ContainsKey(route) ? null : _routes.GetOrAdd(route, _ => new Route(timeProvider));

    private static string Cause(string route) =>
        $"the cloud does not let the relay publish to {route}: does the relay's policy allow iot:Publish on topic/{route} and topic/{route}/*?";

    [LoggerMessage(4225, LogLevel.Error, "Connection after connection was closed on a publish: {Cause} Its kicks fail; the next is tried in {Minutes:0} min.")]
    private static partial void LogRefused(ILogger logger, string cause, double minutes);

    [LoggerMessage(4226, LogLevel.Information, "The cloud lets the relay publish to {Route} again")]
    private static partial void LogAllowed(ILogger logger, string route);

    [LoggerMessage(4227, LogLevel.Error, "A publish was refused: {Cause}")]
    private static partial void LogDenied(ILogger logger, string cause);

    private sealed class Route(TimeProvider timeProvider)
    {
        public int Closures { get; private set; }

        public long LastClosure { get; private set; }

        public Probes Probes { get; } = new(FirstPause, timeProvider);

        public bool IsRefused => Closures >= Proof;

        public void Closed()
        {
            Closures++;
            LastClosure = timeProvider.GetTimestamp();
            if (IsRefused)
                Probes.Postpone(LongestPause);
        }
    }
}
