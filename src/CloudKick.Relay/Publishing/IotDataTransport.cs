using System.Text.Json;
using System.Text.Json.Nodes;
using CloudKick.AwsIot.Data;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>What the ways over AWS IoT Core's HTTPS data API have in common. Thread-safe.</summary>
internal abstract partial class IotDataTransport : IKickTransport, IDisposable
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OperatorsPause = TimeSpan.FromSeconds(30);

    // Below a second of life a message does not leave: the cloud counts in whole seconds.
    private static readonly TimeSpan LastMoment = TimeSpan.FromSeconds(1);

    private readonly string _name;
    private readonly IotDataClients _clients;
    private readonly RouteRefusals _refusals;
    private readonly LateCheck _lateCheck;
    private readonly PublishingMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly RequestGate _gate;

    protected IotDataTransport(
        string name, IotDataClients clients, RouteRefusals refusals, LateCheck lateCheck, PublishingMetrics metrics, IOptions<PublishingOptions> options,
        TimeProvider timeProvider, ILogger logger)
    {
        _name = name;
        _clients = clients;
        _refusals = refusals;
        _lateCheck = lateCheck;
        _metrics = metrics;
        _timeProvider = timeProvider;
        _logger = logger;
        _gate = new RequestGate(options.Value.MaximumRequests, timeProvider);
    }

    public bool IsUp => _gate.IsOpen;

    public TransportStatus Status
    {
        get
        {
            if (_gate.Fault is { } fault)
                return new TransportStatus(HealthStatus.Unhealthy, $"HTTPS to {_clients.Endpoint} does not work: {fault}");
            List<string> words = [$"kicks can go over HTTPS to {_clients.Endpoint}", .. _refusals.Causes];
            return new TransportStatus(words.Count == 1 ? HealthStatus.Healthy : HealthStatus.Degraded, string.Join("; ", words));
        }
    }

    public TransportRefusal? Reserve(TimeSpan life, out ReservedTurn? turn)
    {
        turn = null;
        if (_gate.IsFull)
            return new TransportRefusal("The relay has more kicks waiting than it can send to the cloud.", TooMany: true, ShortPause);
        return _gate.IsRefused ? new TransportRefusal("The cloud refuses the relay. The platform's operator has to look at it.", TooMany: false, OperatorsPause) : null;
    }

    public async Task<AttemptResult> PublishAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout)
    {
        var route = attempt.SubscriptionTopic;
        if (_refusals.Refuse(route) is { } refusal)
            return new AttemptResult(AttemptOutcome.Refused, refusal);
        var started = _timeProvider.GetTimestamp();
        if (!await _gate.TryEnterAsync(timeout))
            return new AttemptResult(AttemptOutcome.NotSent, _gate.Fault ?? "too many requests are under way: its turn did not come in time");

        var elapsed = _timeProvider.GetElapsedTime(started);
        var outcome = await AskAsync(attempt, message, remaining - elapsed, timeout - elapsed);
        if (_gate.Leave(outcome.Fault, outcome.IsRefusal))
            Log(outcome.Fault);
        if (outcome.Result.Denial is Denial.Said)
            _refusals.Denied(route, outcome.Result.Cause);
        else if (outcome.Result.Outcome is AttemptOutcome.Acknowledged)
            _refusals.Acknowledged(route);
        _metrics.Attempt(_name, outcome.Result.Outcome);
        return outcome.Result;
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>Makes the request; what the cloud answers with an error, other than what this way knows the meaning of, is thrown.</summary>
    protected abstract Task<AttemptResult> SendAsync(
        IAmazonIotData client, KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout, CancellationToken cancellationToken);

    protected static MemoryStream Payload(MqttMessage message) => new(message.Payload.ToArray(), writable: false);

    protected static string? CorrelationData(MqttMessage message) => message.CorrelationData is { } data ? Convert.ToBase64String(data.Span) : null;

    protected static string? UserProperties(MqttMessage message) => message.UserProperties.Count == 0
        ? null
        : new JsonArray([.. message.UserProperties.Select(property => new JsonObject { [property.Name] = property.Value })]).ToJsonString(JsonSerializerOptions.Default);

    private async Task<IotDataOutcome> AskAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout)
    {
        if (remaining < LastMoment)
            return new(new(AttemptOutcome.NotSent, "less than a second of the kick's life was left"));
        if (timeout <= TimeSpan.Zero)
            return new(new(AttemptOutcome.NotSent, "its turn did not come in time"));
        using var deadline = new CancellationTokenSource(timeout, _timeProvider);
        if (await _lateCheck.RefuseAsync(attempt, deadline.Token) is { } late)
            return new(late);
        try
        {
            return new(await SendAsync(_clients.ForKicks, attempt, message, remaining, timeout, deadline.Token));
        }
        // The boundary to AWS's SDK: whatever it throws says how far the message came.
        catch (Exception exception)
        {
            return IotDataOutcome.Of(exception, deadline.IsCancellationRequested);
        }
    }

    private void Log(string? fault)
    {
        if (fault is null)
            LogWorks(_logger, _clients.Endpoint);
        else
            LogFails(_logger, _clients.Endpoint, fault);
    }

    [LoggerMessage(4240, LogLevel.Warning, "HTTPS to {Endpoint} does not work: {Reason}. It is tried again less and less often.")]
    private static partial void LogFails(ILogger logger, string endpoint, string reason);

    [LoggerMessage(4241, LogLevel.Information, "HTTPS to {Endpoint} works again")]
    private static partial void LogWorks(ILogger logger, string endpoint);
}
