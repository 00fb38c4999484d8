using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Client;

/// <summary>The client's one loop: connect, live, wait, connect again, until stopped.</summary>
internal sealed class ConnectionKeeper : IDisposable
{
    /// <summary>AWS IoT takes no more topic filters in one SUBSCRIBE.</summary>
    private const int FiltersPerSubscribe = 8;

    private readonly MqttClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly MqttHandshake _handshake;
    private readonly ReconnectBackoff _backoff;
    private readonly PacketIdentifiers _identifiers = new();

    // Without a timer or a wait handle there is nothing in it to dispose of, and late callers may still ask it.
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _up = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ConnectionEnd _farewell = ConnectionEnd.ByClient(MqttReasonCode.Success);
    private volatile MqttConnection? _current;
    private volatile ConnAckPacket? _connAck;
    private volatile string _clientId;
    private volatile MqttClientState _state;

    // Completed when the next attempt shall come soon; a new one for each attempt.
    private volatile TaskCompletionSource _again = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConnectionKeeper(MqttClientOptions options, TimeProvider timeProvider, Func<double> random)
    {
        _options = options;
        _timeProvider = timeProvider;
        _handshake = new MqttHandshake(options, timeProvider);
        _backoff = new ReconnectBackoff(options.Reconnect, random);
        _clientId = options.ClientId;
        Publishes = new OutgoingPublishes(options, _identifiers, timeProvider);
        Messages = new IncomingMessages(options);
    }

    public OutgoingPublishes Publishes { get; }

    public IncomingMessages Messages { get; }

    public RememberedSubscriptions Subscriptions { get; } = new();

    public MqttClientState State => _state;

    /// <summary>Of the newest connection; stays when that has ended.</summary>
    public ConnAckPacket? ConnAck => _connAck;

    /// <summary>Its own or the one the server assigned.</summary>
    public string ClientId => _clientId;

    /// <summary>Absent while there is no connection.</summary>
    public MqttConnection? Current => _current;

    /// <summary>One attempt; does not start the loop.</summary>
    /// <exception cref="MqttConnectException">It did not work.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up, or the client was stopped.</exception>
    public async Task<MqttConnection> OpenAsync(CancellationToken cancellationToken)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _stopping.Token);
        if (_state == MqttClientState.Disconnected)
            Report(MqttClientState.Connecting, $"Connecting to {_options.Endpoint}");
        var (transport, connAck) = await _handshake.ConnectAsync(_clientId, IsCleanStart(), linked.Token);
        _connAck = connAck;
        _clientId = connAck.AssignedClientIdentifier ?? _clientId;
        return new MqttConnection(transport, connAck, _options, _identifiers, Publishes, Messages, Subscriptions, _timeProvider);
    }

    /// <summary>Completes when the client is connected for the first time; never, when that does not happen.</summary>
    public Task Up => _up.Task;

    /// <summary>Keeps the client connected until stopped, with the connection given for the beginning.</summary>
    public async Task RunAsync(MqttConnection? connection)
    {
        var messages = Messages.RunAsync(_stopping.Token);
        var cause = _farewell;
        try
        {
            // A connection that is there is lived through even when stopping, so that it is closed in good order.
            while (connection is not null || !_stopping.IsCancellationRequested)
            {
                var refused = false;
                if (connection is null)
                {
                    _again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    (connection, refused) = await TryOpenAsync();
                }
                var lived = TimeSpan.Zero;
                if (connection is not null)
                {
                    (cause, lived) = await LiveAsync(connection);
                    refused = cause.ReasonCode?.IsRefusal() ?? false;
                }
                connection = null;
                await WaitAsync(_backoff.NextAfterConnection(lived, refused));
            }
        }
        finally
        {
            _state = MqttClientState.Disconnected;
            await _stopping.CancelAsync();
            await messages;
            Publishes.ConnectionEnded(cause, long.MaxValue, forGood: true);
        }
        Report(MqttClientState.Disconnected, cause.Cause, cause.ReasonCode, cause.Exception);
    }

    /// <summary>Ends the connection, if there is one, and lets the next attempt come soon.</summary>
    public void Reconnect()
    {
        _again.TrySetResult();
        _current?.Close(ConnectionEnd.Again());
    }

    /// <summary>Makes <see cref="RunAsync"/> end, after telling the server why.</summary>
    public async Task StopAsync(MqttReasonCode reasonCode)
    {
        _farewell = ConnectionEnd.ByClient(reasonCode);
        await _stopping.CancelAsync();
    }

    /// <summary>After an attempt that failed outside the loop.</summary>
    public void ReportNotConnected(Exception exception) =>
        Report(MqttClientState.Disconnected, exception.Message, (exception as MqttConnectException)?.ReasonCode, exception);

    public void Dispose() => Publishes.Dispose();

    private async Task<(MqttConnection? Connection, bool Refused)> TryOpenAsync()
    {
        try
        {
            return (await OpenAsync(_stopping.Token), false);
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            return (null, false);
        }
        catch (Exception exception)
        {
            // The loop's boundary: whatever keeps this attempt from working, the next one may work.
            Report(MqttClientState.Reconnecting, exception.Message, (exception as MqttConnectException)?.ReasonCode, exception);
            return (null, exception is MqttConnectException { IsRefusal: true });
        }
    }

    private async Task<(ConnectionEnd End, TimeSpan Lived)> LiveAsync(MqttConnection connection)
    {
        var opened = _timeProvider.GetTimestamp();
        var running = connection.RunAsync();
        var sessionPresent = connection.Limits.ConnAck.SessionPresent;
        await using var registration = _stopping.Token.UnsafeRegister(_ => connection.Close(_farewell), null);
        try
        {
            if (!sessionPresent)
                Subscriptions.SessionLost();
            // A session resumed may lack some too: those refused, or not answered, when it was new.
            var refused = await ResubscribeAsync(connection);
            _current = connection;
            if (_again.Task.IsCompleted)
                connection.Close(ConnectionEnd.Again());
            Publishes.Open(connection, sessionPresent);
            Report(MqttClientState.Connected, $"Connected to {_options.Endpoint}, {(sessionPresent ? "session resumed" : "new session")}{refused}");
            _up.TrySetResult();
        }
        catch (MqttException exception)
        {
            // Subscribing again failed. If the connection died of it, that cause came first and counts.
            connection.Close(ConnectionEnd.Failed("Subscribing again failed", exception));
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped while it subscribed again; the registration closes the connection.
        }
        catch (Exception exception)
        {
            connection.Close(ConnectionEnd.Failed("ConnectionChanged failed", exception));
            throw;
        }
        finally
        {
            var end = await running;
            _current = null;
            Publishes.ConnectionEnded(end, connection.Output.HandedOver, forGood: _stopping.IsCancellationRequested);
        }
        var cause = await running;
        if (!_stopping.IsCancellationRequested)
            Report(MqttClientState.Reconnecting, cause.Cause, cause.ReasonCode, cause.Exception);
        return (cause, _timeProvider.GetElapsedTime(opened));
    }

    /// <summary>Subscribes to all that was granted before and is not in this session; what the server refuses now, in words.</summary>
    private async Task<string?> ResubscribeAsync(MqttConnection connection)
    {
        string? refused = null;
        foreach (var subscriptions in Subscriptions.Missing.Chunk(FiltersPerSubscribe))
        {
            var reasonCodes = await connection.SubscribeAsync(subscriptions, _stopping.Token);
            foreach (var (subscription, reasonCode) in subscriptions.Zip(reasonCodes))
            {
                if (reasonCode.IsFailure())
                    refused += $"; subscription to {subscription.TopicFilter} refused: {reasonCode.Describe()}";
            }
        }
        return refused;
    }

    private bool IsCleanStart()
    {
        if (_connAck is not { } connAck || _options.Version == MqttProtocolVersion.V311)
            return _options.CleanStart;
        return _options.CleanStart && (connAck.SessionExpiryInterval ?? _options.SessionExpiryInterval) == 0;
    }

    private async Task WaitAsync(TimeSpan wait)
    {
        var began = _timeProvider.GetTimestamp();
        using (var enough = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token))
        {
            await Task.WhenAny(Task.Delay(wait, _timeProvider, enough.Token), _again.Task);
            await enough.CancelAsync();
        }
        // However much of a hurry there is, one CONNECT follows the other no sooner than this.
        var rest = _options.Reconnect.Minimum - _timeProvider.GetElapsedTime(began);
        if (rest > TimeSpan.Zero)
            await Task.Delay(rest, _timeProvider, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private void Report(MqttClientState state, string cause, MqttReasonCode? reasonCode = null, Exception? exception = null)
    {
        _state = state;
        _options.ConnectionChanged?.Invoke(new MqttConnectionChange(state, cause, reasonCode, exception));
    }
}
