using System.Threading.Channels;
using CloudKick.Mqtt;

namespace CloudKick.Terminal;

/// <summary>
/// A terminal as its firmware would be: stays connected to the cloud, takes kicks, and opens its session at
/// the TAS. Thread-safe; one start, one disposal.
/// </summary>
public sealed class SimulatedTerminal : IAsyncDisposable
{
    /// <summary>Kicks that wait while one is acted on; those beyond are refused as <see cref="KickRefusal.Overloaded"/>.</summary>
    private const int MaximumWaiting = 16;

    private readonly TerminalOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly KickChecks _checks;
    private readonly Channel<Delivery> _inbox;
    private readonly CancellationTokenSource _stopping = new();
    private readonly MqttClient? _mqtt;
    private Task _working = Task.CompletedTask;
    private TerminalSession? _session;
    private bool _wasConnected;
    private bool _disposed;

    /// <param name="options">The terminal.</param>
    /// <param name="timeProvider">Its clock. Default: the system's.</param>
    /// <exception cref="ArgumentException">The options have faults; all are named.</exception>
    public SimulatedTerminal(TerminalOptions options, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Validate().ToArray();
        if (faults.Length > 0)
            throw new ArgumentException(string.Join(' ', faults), nameof(options));
        _options = options;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _checks = new KickChecks(options.TerminalId, _timeProvider);
        _inbox = Channel.CreateBounded<Delivery>(new BoundedChannelOptions(MaximumWaiting) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        if (options.Behaviour != TerminalBehaviour.Offline)
            _mqtt = new MqttClient(MqttOptions(), _timeProvider);
    }

    /// <summary>Its identity.</summary>
    public string TerminalId => _options.TerminalId;

    /// <summary>Whether it is connected to the cloud.</summary>
    public bool IsConnected => _mqtt?.State == MqttClientState.Connected;

    /// <summary>Whether it has a session at the TAS, as far as it knows.</summary>
    public bool HasSession => _session?.IsOpen == true;

    private bool IsOldFirmware => _options.Behaviour == TerminalBehaviour.OldFirmware;

    private MqttProtocolVersion MqttVersion => IsOldFirmware ? MqttProtocolVersion.V311 : _options.MqttVersion;

    private DateTimeOffset Now => _timeProvider.GetUtcNow();

    /// <summary>
    /// Connects to the cloud and subscribes; from then on the terminal comes back by itself. A terminal that is
    /// to be offline returns at once.
    /// </summary>
    /// <exception cref="MqttException">The cloud cannot be reached or refused the terminal; the message says why.</exception>
    /// <exception cref="TerminalSubscriptionException">The cloud refused a subscription.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_mqtt is null)
            return;

        _working = WorkAsync();
        await _mqtt.ConnectAsync(cancellationToken).ConfigureAwait(false);
        var subscriptions = _options.SubscriptionTopics
            .Select(topic => new MqttSubscription($"{topic}/{TerminalId}", MqttQualityOfService.AtLeastOnce)).ToArray();
        var codes = await _mqtt.SubscribeAsync(subscriptions, cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < codes.Count; i++)
        {
            if (codes[i].IsFailure())
                throw new TerminalSubscriptionException(subscriptions[i].TopicFilter, codes[i]);
        }
    }

    /// <summary>Ends its session, disconnects from the cloud in order, and waits for both.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, true))
            return;
        await _stopping.CancelAsync().ConfigureAwait(false);
        if (_mqtt is not null)
            await _mqtt.DisposeAsync().ConfigureAwait(false);
        await _working.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private MqttClientOptions MqttOptions() => new()
    {
        Endpoint = _options.Mqtt,
        ClientId = _options.TerminalId,
        Version = MqttVersion,
        KeepAlive = _options.MqttKeepAlive,
        ReceiveMaximum = MaximumWaiting,
        ConnectTimeout = _options.MqttConnectTimeout,
        PublishTimeout = _options.AcknowledgeTimeout,
        Reconnect = _options.MqttReconnect,
        MessageReceived = ReceiveAsync,
        ConnectionChanged = ConnectionChanged,
    };

    // Called in order, one at a time. The client also reports attempts that failed; a history is of changes.
    private void ConnectionChanged(MqttConnectionChange change)
    {
        var isConnected = change.State == MqttClientState.Connected;
        if (isConnected == _wasConnected)
            return;
        _wasConnected = isConnected;
        Tell(isConnected
            ? new TerminalEvent.Connected(TerminalId, Now)
            : new TerminalEvent.Disconnected(TerminalId, Now, change.Cause, change.ReasonCode == MqttReasonCode.SessionTakenOver));
    }

    private ValueTask ReceiveAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        var kick = KickMessage.TryRead(message.Payload.Span);
        var copies = _options.Behaviour == TerminalBehaviour.DuplicateDelivery ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            Tell(new TerminalEvent.KickReceived(TerminalId, Now, kick?.KickId, message.Topic));
            if (kick is null)
                Tell(new TerminalEvent.KickRefused(TerminalId, Now, null, KickRefusal.Malformed));
            else if (_options.Behaviour != TerminalBehaviour.Deaf && !_inbox.Writer.TryWrite(new Delivery(kick, message.Topic, message.ResponseTopic)))
                Tell(new TerminalEvent.KickRefused(TerminalId, Now, kick.KickId, KickRefusal.Overloaded));
        }

        return ValueTask.CompletedTask;
    }

    private async Task WorkAsync()
    {
        try
        {
            await foreach (var delivery in _inbox.Reader.ReadAllAsync(_stopping.Token).ConfigureAwait(false))
                await HandleAsync(delivery).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped.
        }
        finally
        {
            if (_session is { } session)
                await session.StopAsync(SessionEnd.Stopped).ConfigureAwait(false);
        }
    }

    private async Task HandleAsync(Delivery delivery)
    {
        if (_options.Behaviour == TerminalBehaviour.Slow)
            await Task.Delay(_options.BehaviourDelay, _timeProvider, _stopping.Token).ConfigureAwait(false);

        var refusal = _checks.Check(delivery.Kick);
        if (refusal is { } reason)
            Tell(new TerminalEvent.KickRefused(TerminalId, Now, delivery.Kick.KickId, reason));
        if (KickAnswer.ResultOf(refusal) is { } result)
            await AcknowledgeAsync(delivery, result).ConfigureAwait(false);
        if (refusal is not null)
            return;

        if (_session is { } earlier)
            await earlier.StopAsync(SessionEnd.Replaced).ConfigureAwait(false);
        _session = new TerminalSession(delivery.Kick, _options, _timeProvider);
        _session.Start();
    }

    private async Task AcknowledgeAsync(Delivery delivery, string result)
    {
        var topic = MqttVersion == MqttProtocolVersion.V311 ? $"{delivery.Topic}/ack" : delivery.ResponseTopic;
        if (topic is null || IsOldFirmware || !_options.AcknowledgesKicks)
            return;

        var kickId = delivery.Kick.KickId;
        try
        {
            var code = await _mqtt!.PublishAsync(Answer(topic, kickId, result), _stopping.Token).ConfigureAwait(false);
            Tell(code.IsFailure()
                ? new TerminalEvent.AcknowledgementFailed(TerminalId, Now, kickId, $"The cloud answered {code}.")
                : new TerminalEvent.Acknowledged(TerminalId, Now, kickId, result));
        }
        catch (MqttException exception)
        {
            Tell(new TerminalEvent.AcknowledgementFailed(TerminalId, Now, kickId, exception.Message));
        }
    }

    private MqttMessage Answer(string topic, string kickId, string result)
    {
        var message = new MqttMessage
        {
            Topic = topic,
            QualityOfService = MqttQualityOfService.AtLeastOnce,
            Payload = new KickAnswer { KickId = kickId, TerminalId = TerminalId, Result = result }.ToJson(),
        };
        return MqttVersion == MqttProtocolVersion.V311
            ? message
            : message with { ContentType = "application/json", CorrelationData = System.Text.Encoding.UTF8.GetBytes(kickId) };
    }

    private void Tell(TerminalEvent happened) => _options.Observer?.Invoke(happened);

    private sealed record Delivery(KickMessage Kick, string Topic, string? ResponseTopic);
}
