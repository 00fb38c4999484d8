using CloudKick.Mqtt.Client;
using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt;

/// <summary>
/// Keeps one MQTT session connected: once started it reconnects by itself, subscribes again where the session was lost, and says of every
/// publish what became of it. Started once; after <see cref="DisconnectAsync(CancellationToken)"/> it is done. Thread safe.
/// </summary>
public sealed class MqttClient : IAsyncDisposable
{
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ConnectionKeeper _keeper;
    private readonly Lock _gate = new();
    private Task? _loop;
    private TaskCompletionSource? _connecting;
    private bool _stopped;

    /// <summary>Creates a client that does nothing yet.</summary>
    /// <param name="options">What it needs to know.</param>
    /// <param name="timeProvider">Where all its waiting comes from; default the system's.</param>
    /// <exception cref="ArgumentException">The options are not valid; every fault is listed.</exception>
    public MqttClient(MqttClientOptions options, TimeProvider? timeProvider = null) : this(options, timeProvider ?? TimeProvider.System, Random.Shared.NextDouble)
    {
    }

    internal MqttClient(MqttClientOptions options, TimeProvider timeProvider, Func<double> random)
    {
        var faults = options.Validate();
        if (faults.Count > 0)
            throw new ArgumentException(string.Join("; ", faults), nameof(options));
        _options = options;
        _timeProvider = timeProvider;
        _keeper = new ConnectionKeeper(options, timeProvider, random);
    }

    /// <summary>What the client is doing now.</summary>
    public MqttClientState State => _keeper.State;

    /// <summary>QoS 1 messages sent and not acknowledged.</summary>
    public int InFlight => _keeper.Publishes.InFlight;

    /// <summary>QoS 0 messages dropped because the application took them too slowly.</summary>
    public long DroppedMessages => _keeper.Messages.Dropped;

    /// <summary>The server's answer to the newest CONNECT it accepted; absent before the first.</summary>
    public ConnAckPacket? ConnAck => _keeper.ConnAck;

    /// <summary>The client id in use: from the options, or assigned by the server when that was empty.</summary>
    public string ClientId => _keeper.ClientId;

    /// <summary>
    /// What it is subscribed to while it is connected: what the server has granted it in the session as it is now. What was granted once and is
    /// refused when a reconnect asks for it again is no longer among it; every further connection asks for that again, and
    /// <see cref="SubscribeAsync"/> may do so at once.
    /// </summary>
    public IReadOnlyList<MqttSubscription> Subscriptions => _keeper.Subscriptions.Current;

    /// <summary>Makes the first connection; from then on the client keeps itself connected. May be called again when it failed.</summary>
    /// <returns>The server's answer.</returns>
    /// <exception cref="MqttConnectException">No connection came about; the message says why.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled, or the client stopped.</exception>
    /// <exception cref="InvalidOperationException">The client was started before.</exception>
    public async Task<ConnAckPacket> ConnectAsync(CancellationToken cancellationToken)
    {
        var connecting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Begin(() => _connecting = connecting);
        try
        {
            var connection = await _keeper.OpenAsync(cancellationToken);
            var connAck = connection.Limits.ConnAck;
            var loop = _keeper.RunAsync(connection);
            lock (_gate)
                _loop = loop;
            await await Task.WhenAny(_keeper.Up, loop);
            return connAck;
        }
        catch (Exception exception) when (_loop is null)
        {
            _keeper.ReportNotConnected(exception);
            throw;
        }
        finally
        {
            lock (_gate)
                _connecting = null;
            connecting.SetResult();
        }
    }

    /// <summary>Connects in the background and keeps trying until it works; <see cref="MqttClientOptions.ConnectionChanged"/> tells how it goes.</summary>
    /// <exception cref="InvalidOperationException">The client was started before.</exception>
    public void Start() => Begin(() => _loop = Task.Run(() => _keeper.RunAsync(null)));

    /// <summary>
    /// Connects anew, for instance because <see cref="MqttTlsOptions.Renew"/> has something new: ends the connection in good order, if
    /// there is one (its session lives on as <see cref="MqttClientOptions.SessionExpiryInterval"/> says; publishes without an
    /// acknowledgement end as unknown), and cuts the wait before the next attempt to <see cref="MqttReconnectOptions.Minimum"/>.
    /// </summary>
    public void Reconnect() => _keeper.Reconnect();

    /// <summary>
    /// Doubts that the server is there, for instance because a publish was not acknowledged: asks it at once (PINGREQ) instead of when the
    /// keep-alive is due, and ends the connection when nothing comes within <see cref="MqttClientOptions.PingTimeout"/>.
    /// </summary>
    public void Probe() => _keeper.Current?.Probe();

    /// <summary>Publishes a message. The payload must not change until this has ended.</summary>
    /// <param name="message">QoS 0 or 1.</param>
    /// <param name="cancellationToken">Gives up, like <see cref="MqttClientOptions.PublishTimeout"/> does; the exceptions say what that means.</param>
    /// <returns>
    /// QoS 1: the server's reason code, which may be a refusal (<see cref="MqttReasonCodeExtensions.IsFailure"/>). QoS 0:
    /// <see cref="MqttReasonCode.Success"/> once it has been written to the network. Await it once.
    /// </returns>
    /// <exception cref="MqttNotSentException">It surely never left: no connection, its turn did not come in time, cancelled before, not possible.</exception>
    /// <exception cref="MqttOutcomeUnknownException">It (perhaps) left, and time passed, the caller cancelled or the connection ended before PUBACK.</exception>
    /// <exception cref="MqttProtocolException">The message breaks a rule of the protocol, such as a wildcard in its topic; nothing was sent.</exception>
    public ValueTask<MqttReasonCode> PublishAsync(MqttMessage message, CancellationToken cancellationToken) =>
        message.QualityOfService > MqttQualityOfService.AtLeastOnce
            ? ValueTask.FromException<MqttReasonCode>(new MqttNotSentException(MqttNotSentReason.NotSupported, "Not sent: this client publishes QoS 0 and 1"))
            : _keeper.Publishes.PublishAsync(message, cancellationToken);

    /// <summary>
    /// Waits, as a publish of QoS 1 would, until one more may be unacknowledged, and keeps that place: a message published on it leaves at once. For
    /// whoever has to know something, or to write something into the message, at the moment at which it leaves.
    /// </summary>
    /// <param name="cancellationToken">Gives up, like <see cref="MqttClientOptions.PublishTimeout"/> does.</param>
    /// <returns>The place; to be used or disposed of soon, since it is kept from others.</returns>
    /// <exception cref="MqttNotSentException">There is no connection, it ended, or the turn did not come in time.</exception>
    public ValueTask<MqttPublishPlace> TakePlaceAsync(CancellationToken cancellationToken) => _keeper.Publishes.TakePlaceAsync(cancellationToken);

    /// <summary>As <see cref="PublishAsync(MqttMessage, CancellationToken)"/>, on a place that was taken before and so without waiting for one.</summary>
    /// <param name="message">QoS 1.</param>
    /// <param name="place">Of this client; used up by this, however it ends. When its connection has ended, the message is not sent.</param>
    /// <param name="cancellationToken">Gives up waiting for the acknowledgement.</param>
    /// <exception cref="InvalidOperationException">The place was used or disposed of before.</exception>
    public ValueTask<MqttReasonCode> PublishAsync(MqttMessage message, MqttPublishPlace place, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(place);
        if (message.QualityOfService is MqttQualityOfService.AtLeastOnce)
            return _keeper.Publishes.PublishAsync(message, place, cancellationToken);
        place.Dispose();
        return ValueTask.FromException<MqttReasonCode>(new MqttNotSentException(MqttNotSentReason.NotSupported, "Not sent: a place is for QoS 1"));
    }

    /// <summary>
    /// Subscribes. What is granted, be it after the caller gave up, is remembered and subscribed to again when a reconnect finds no session;
    /// <see cref="Subscriptions"/> tells what came of that.
    /// </summary>
    /// <returns>For each subscription its reason code: granted (0, 1) or a refusal.</returns>
    /// <exception cref="ArgumentException">None given, or one asks for QoS 2.</exception>
    /// <exception cref="MqttNotSentException">It never left: no connection, or the server said at connect that it cannot do this.</exception>
    /// <exception cref="MqttOutcomeUnknownException">It left and no SUBACK came.</exception>
    /// <exception cref="MqttProtocolException">A filter is not valid; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the server may have subscribed the client all the same.</exception>
    public async Task<IReadOnlyList<MqttReasonCode>> SubscribeAsync(IReadOnlyList<MqttSubscription> subscriptions, CancellationToken cancellationToken)
    {
        if (subscriptions.Count == 0 || subscriptions.Any(subscription => subscription.MaximumQualityOfService > MqttQualityOfService.AtLeastOnce))
            throw new ArgumentException("At least one subscription, each with QoS 0 or 1", nameof(subscriptions));
        return await GetConnection().SubscribeAsync(subscriptions, cancellationToken);
    }

    /// <summary>Ends subscriptions.</summary>
    /// <param name="topicFilters">As they were subscribed.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>For each filter its reason code; in MQTT 3.1.1 always <see cref="MqttReasonCode.Success"/>.</returns>
    /// <exception cref="ArgumentException">None given.</exception>
    /// <exception cref="MqttNotSentException">It never left.</exception>
    /// <exception cref="MqttOutcomeUnknownException">It left and no UNSUBACK came.</exception>
    /// <exception cref="MqttProtocolException">A filter is not valid; nothing was sent.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled; the server may have done it all the same.</exception>
    public async Task<IReadOnlyList<MqttReasonCode>> UnsubscribeAsync(IReadOnlyList<string> topicFilters, CancellationToken cancellationToken)
    {
        if (topicFilters.Count == 0)
            throw new ArgumentException("At least one topic filter", nameof(topicFilters));
        return await GetConnection().UnsubscribeAsync(topicFilters, cancellationToken);
    }

    /// <summary>
    /// Ends the client in good order: takes no more messages, but on places that were taken before, waits shortly for those and for open
    /// acknowledgements, then says goodbye; the server publishes no will.
    /// </summary>
    /// <param name="cancellationToken">Cuts the waiting for acknowledgements short; the client ends all the same.</param>
    public Task DisconnectAsync(CancellationToken cancellationToken) => DisconnectAsync(MqttReasonCode.Success, cancellationToken);

    /// <summary>As <see cref="DisconnectAsync(CancellationToken)"/>, with a reason: <see cref="MqttReasonCode.DisconnectWithWillMessage"/> has the will published.</summary>
    public async Task DisconnectAsync(MqttReasonCode reasonCode, CancellationToken cancellationToken)
    {
        try
        {
            await _keeper.Publishes.DrainAsync().WaitAsync(_options.DisconnectTimeout, _timeProvider, cancellationToken);
        }
        catch (Exception exception) when (exception is TimeoutException or OperationCanceledException)
        {
            // What is still open ends with the connection, each publish with what is known of it.
        }
        await StopAsync(reasonCode);
    }

    /// <summary>Ends the client without waiting for acknowledgements.</summary>
    public async ValueTask DisposeAsync()
    {
        await StopAsync(MqttReasonCode.Success);
        _keeper.Dispose();
    }

    private async Task StopAsync(MqttReasonCode reasonCode)
    {
        bool first;
        Task? connecting;
        lock (_gate)
        {
            first = !_stopped;
            _stopped = true;
            connecting = _connecting?.Task;
        }
        if (first)
            await _keeper.StopAsync(reasonCode);
        if (connecting is not null)
            await connecting;
        if (_loop is { } loop)
            await loop;
    }

    private MqttConnection GetConnection() =>
        _keeper.Current ?? throw new MqttNotSentException(MqttNotSentReason.NotConnected, "Not sent: there is no connection");

    private void Begin(Action begin)
    {
        lock (_gate)
        {
            if (_stopped)
                throw new InvalidOperationException("The client has ended; make another one");
            if (_loop is not null || _connecting is not null)
                throw new InvalidOperationException("The client was started before");
            begin();
        }
    }
}
