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
        // When it is time to try again, a new kick may be the one that does: those that were open may all be over.
        return _gate is { IsRefused: true, IsOpen: false }
            ? new TransportRefusal("The cloud refuses the relay. The platform's operator has to look at it.", TooMany: false, OperatorsPause)
            : null;
    }

    public async Task<AttemptResult> PublishAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout)
    {
        if (_refusals.Refuse(attempt) is { } refusal)
            return new AttemptResult(AttemptOutcome.Refused, refusal);

        var result = await TryAsync(attempt, message, remaining, timeout);
        _refusals.Ended(attempt, result);
        return result;
    }

    public void Dispose() => _gate.Dispose();

    /// <summary>
    /// Whom the request is for, as the cloud knows the terminal, or why there is none to make. Asked before the last look at whether the kick may
    /// leave, since the answer may take its time.
    /// </summary>
    protected virtual ValueTask<Receiver> FindReceiverAsync(KickAttempt attempt, CancellationToken cancellationToken) =>
        ValueTask.FromResult(new Receiver(attempt.TerminalId));

    /// <summary>Makes the request, at once; what the cloud answers with an error, other than what this way knows the meaning of, is thrown.</summary>
    protected abstract Task<AttemptResult> SendAsync(
        IAmazonIotData client, KickAttempt attempt, string receiver, MqttMessage message, TimeSpan remaining, TimeSpan timeout, CancellationToken cancellationToken);

    protected static MemoryStream Payload(MqttMessage message) => new(message.Payload.ToArray(), writable: false);

    protected static string? CorrelationData(MqttMessage message) => message.CorrelationData is { } data ? Convert.ToBase64String(data.Span) : null;

    protected static string? UserProperties(MqttMessage message) => message.UserProperties.Count == 0
        ? null
        : new JsonArray([.. message.UserProperties.Select(property => new JsonObject { [property.Name] = property.Value })]).ToJsonString(JsonSerializerOptions.Default);

    private async Task<AttemptResult> TryAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout)
    {
        var route = attempt.SubscriptionTopic;
        var started = _timeProvider.GetTimestamp();
        if (!await _gate.TryEnterAsync(attempt, timeout))
            return new AttemptResult(AttemptOutcome.NotSent, _gate.Fault ?? "too many requests are under way: its turn did not come in time");

        IotDataOutcome? ended = null;
        try
        {
            ended = await AskAsync(attempt, message, started, remaining, timeout);
        }
        finally
        {
            Leave(attempt, ended);
        }
        var outcome = ended.Value;
        if (outcome.Result.Denial is Denial.Said)
            _refusals.Denied(route, outcome.Result.Cause);
        else if (outcome.Result.Outcome is AttemptOutcome.Acknowledged)
            _refusals.Acknowledged(route);
        _metrics.Attempt(_name, outcome.Result.Outcome);
        return outcome.Result;
    }

    private async Task<IotDataOutcome> AskAsync(KickAttempt attempt, MqttMessage message, long started, TimeSpan remaining, TimeSpan timeout)
    {
        var left = timeout - _timeProvider.GetElapsedTime(started);
        if (left <= TimeSpan.Zero)
            return NotInTime;
        using var deadline = new CancellationTokenSource(left, _timeProvider);
        var receiver = await FindReceiverAsync(attempt, deadline.Token);
        if ((receiver.Refusal ?? await _lateCheck.RefuseAsync(attempt, deadline.Token)) is { } refusal)
            return IotDataOutcome.NotAsked(refusal);

        // All that there was to wait for is behind it: what is left now is what the cloud and the terminal have.
        var elapsed = _timeProvider.GetElapsedTime(started);
        if (remaining - elapsed < LastMoment)
            return IotDataOutcome.NotAsked(new(AttemptOutcome.NotSent, "less than a second of the kick's life was left"));
        if (elapsed >= timeout)
            return NotInTime;
        try
        {
            return new(await SendAsync(_clients.ForKicks, attempt, receiver.ClientId, message, remaining - elapsed, timeout - elapsed, deadline.Token));
        }
        // The boundary to AWS's SDK: whatever it throws says how far the message came.
        catch (Exception exception)
        {
            return IotDataOutcome.Of(exception, deadline.IsCancellationRequested);
        }
    }

    private static IotDataOutcome NotInTime => IotDataOutcome.NotAsked(new(AttemptOutcome.NotSent, "its turn did not come in time"));

    private void Leave(KickAttempt attempt, IotDataOutcome? ended)
    {
        if (ended is not { WasAsked: true } asked)
            _gate.GiveBack(attempt);
        else if (_gate.Leave(asked.Fault, asked.IsRefusal))
            Log(asked.Fault);
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

    /// <summary>Whom a request is for.</summary>
    /// <param name="ClientId">As the cloud knows it.</param>
    /// <param name="Refusal">Why no request is to be made; null when one is.</param>
    protected readonly record struct Receiver(string ClientId, AttemptResult? Refusal = null);
}
