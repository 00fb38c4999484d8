using System.Diagnostics;
using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Client;

/// <summary>
/// Every publish that has no answer yet, over all connections of a client. Sends at most as many QoS 1 messages at once as both sides allow,
/// lets the others wait in order, matches acknowledgements, and says of each that ends otherwise whether it surely never left.
/// </summary>
internal sealed partial class OutgoingPublishes : IDisposable
{
    /// <summary>Bytes that may gather unsent before QoS 0 messages wait; QoS 1 is bounded by its acknowledgements.</summary>
    private const int MaximumUnsent = 256 * 1024;

    private const int MaximumPooled = 1024;

    private readonly Lock _gate = new();
    private readonly MqttClientOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly InFlightWindow _window;
    private readonly LinkedList<OutgoingPublish> _waiting = [];
    private readonly LinkedList<OutgoingPublish> _unwritten = [];
    private readonly LinkedList<OutgoingPublish> _unanswered = [];
    private readonly Stack<OutgoingPublish> _pool = [];

    // A timer and no loop: it runs only while something is unanswered, and thousands of idle clients cost nothing.
    private readonly ITimer _timer;
    private MqttConnection? _connection;
    private TaskCompletionSource? _drained;
    private int _abandoned;
    private bool _timerRuns;
    private bool _closed;

    public OutgoingPublishes(MqttClientOptions options, PacketIdentifiers identifiers, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        _window = new InFlightWindow(identifiers);
        _timer = timeProvider.CreateTimer(static state => ((OutgoingPublishes)state!).ExpireOld(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>QoS 1 messages without an acknowledgement.</summary>
    public int InFlight
    {
        get
        {
            lock (_gate)
                return _window.Count;
        }
    }

    /// <summary>Those whose callers do not know their answer yet.</summary>
    public AnsweredPublishes Answered { get; } = new();

    public ValueTask<MqttReasonCode> PublishAsync(MqttMessage message, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromException<MqttReasonCode>(Cancelled(cancellationToken));
        OutgoingPublish publish;
        lock (_gate)
        {
            if ((Refuse(message) ?? RefuseToQueue(message)) is { } refusal)
                return ValueTask.FromException<MqttReasonCode>(refusal);
            publish = Rent(message);
            if (_waiting.Count > 0 || !TrySend(publish))
                _waiting.AddLast(publish.Place);
        }
        return publish.AsTask(cancellationToken);
    }

    /// <summary>PUBACK. One that answers nothing here is left over from before and means nothing.</summary>
    public void Acknowledge(ushort packetIdentifier, MqttReasonCode reasonCode)
    {
        lock (_gate)
        {
            if (_window.Find(packetIdentifier) is not { } publish)
                return;
            // Of one that is to be sent again, it may come before the new connection has been opened here.
            if (publish.State is OutgoingState.Sent or OutgoingState.Suspended)
                End(publish, reasonCode);
            Release(publish, acknowledged: true);
            SendWaiting();
        }
    }

    /// <summary>The connection's bytes have gone this far: QoS 0 messages before it are written.</summary>
    public void Sent(long position)
    {
        lock (_gate)
        {
            while (_unwritten.First is { } first && first.Value.End <= position)
            {
                End(first.Value, MqttReasonCode.Success);
                Release(first.Value);
            }
            SendWaiting();
        }
    }

    /// <summary>Publishing goes through this connection from now on. With the session resumed, what is suspended goes first (MQTT-4.4.0-1).</summary>
    public void Open(MqttConnection connection, bool sessionPresent)
    {
        lock (_gate)
        {
            _connection = connection;
            _window.Limit = Math.Min(_options.MaximumInFlight, connection.Limits.ReceiveMaximum);
            var resent = 0;
            foreach (var publish in _unanswered.Where(publish => publish.State == OutgoingState.Suspended).ToList())
            {
                if (sessionPresent && resent < _window.Limit && Resend(publish))
                {
                    resent++;
                    continue;
                }
                Fail(publish, OutcomeUnknown(sessionPresent
                    ? "the server no longer takes it on the new connection"
                    : "the server no longer had the session when the connection came back"));
                Release(publish);
            }
        }
    }

    /// <summary>The connection is gone and its output has stopped for good. Says of each publish what became of it.</summary>
    /// <param name="end">Why it is gone.</param>
    /// <param name="handedOver">Bytes of the connection that were given to the network.</param>
    /// <param name="forGood">No other connection follows.</param>
    public void ConnectionEnded(ConnectionEnd end, long handedOver, bool forGood)
    {
        lock (_gate)
        {
            _connection = null;
            _window.FreeAll();
            _closed |= forGood;
            foreach (var publish in _window.Publishes.Where(publish => publish.State == OutgoingState.Abandoned).ToList())
                Release(publish);
            foreach (var publish in _unanswered.ToList())
            {
                if (publish.State == OutgoingState.Waiting || (publish.State == OutgoingState.Sent && !publish.SentBefore && publish.Start >= handedOver))
                    Fail(publish, new MqttNotSentException(MqttNotSentReason.NotConnected, $"Not sent: {end.Cause}", end.Exception));
                else if (_options.ResendUnacknowledged && !forGood && publish.Message.QualityOfService == MqttQualityOfService.AtLeastOnce)
                    publish.Suspend();
                else
                    Fail(publish, OutcomeUnknown(end));
                if (publish.State == OutgoingState.Ended)
                    Release(publish);
            }
            TellWhenDrained();
        }
    }

    /// <summary>Takes no more, but on places that were taken before; completes when everything has its answer and no place is kept.</summary>
    public Task DrainAsync()
    {
        lock (_gate)
        {
            _closed = true;
            _drained ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            TellWhenDrained();
            return _drained.Task;
        }
    }

    public void Dispose() => _timer.Dispose();

    /// <summary>Its caller gave up.</summary>
    internal void Cancel(OutgoingPublish publish, CancellationToken cancellationToken)
    {
        lock (_gate)
            GiveUp(publish, Cancelled(cancellationToken), "the caller cancelled before the acknowledgement came");
    }

    /// <summary>Its caller has the answer.</summary>
    internal void Take(OutgoingPublish publish)
    {
        lock (_gate)
        {
            publish.Taken = true;
            ReturnIfDone(publish);
        }
    }

    private TimeSpan FirstLook => _options.ProbeAfter is { } probeAfter && probeAfter < _options.PublishTimeout ? probeAfter : _options.PublishTimeout;

    private MqttNotSentException? Refuse(MqttMessage message, bool hasPlace = false)
    {
        if (_connection is null || (_closed && !hasPlace))
            return new MqttNotSentException(MqttNotSentReason.NotConnected, "Not sent: there is no connection");
        return _connection.Limits.Refuse(message) is { } refusal ? new MqttNotSentException(MqttNotSentReason.NotSupported, $"Not sent: {refusal}") : null;
    }

    private MqttNotSentException? RefuseToQueue(MqttMessage message) =>
        _waiting.Count >= _options.MaximumQueued && (_waiting.Count > 0 || !MaySend(message))
            ? new MqttNotSentException(MqttNotSentReason.QueueFull, $"Not sent: {_waiting.Count} publishes wait already")
            : null;

    private OutgoingPublish Rent(MqttMessage message)
    {
        var publish = _pool.TryPop(out var pooled) ? pooled : new OutgoingPublish(this);
        publish.Begin(message, _timeProvider.GetTimestamp() + ToTicks(_options.PublishTimeout));
        _unanswered.AddLast(publish.ByAge);
        if (!_timerRuns)
            _timer.Change(FirstLook, Timeout.InfiniteTimeSpan);
        _timerRuns = true;
        return publish;
    }

    private bool MaySend(MqttMessage message) => message.QualityOfService == MqttQualityOfService.AtMostOnce
        ? _connection!.Output.Waiting < MaximumUnsent
        : _window.HasRoom;

    /// <summary>Sends it, or ends it because it cannot be sent; false when it has to wait.</summary>
    private bool TrySend(OutgoingPublish publish)
    {
        if (!MaySend(publish.Message))
            return false;
        if (publish.Message == (object)PlaceOnly)
        {
            _window.Hold();
            End(publish, MqttReasonCode.Success);
            Release(publish);
            return true;
        }
        if (publish.Message.QualityOfService != MqttQualityOfService.AtMostOnce && !_window.TryAdd(publish))
            return false;
        try
        {
            switch (Append(publish, duplicate: false))
            {
                case AppendResult.Appended:
                    publish.State = OutgoingState.Sent;
                    if (publish.PacketIdentifier == 0)
                        _unwritten.AddLast(publish.Place);
                    return true;
                case AppendResult.TooLarge:
                    Fail(publish, new MqttNotSentException(MqttNotSentReason.TooLarge, $"Not sent: larger than the {_connection!.Limits.MaximumPacketSize} bytes the server takes"));
                    break;
                default:
                    Fail(publish, new MqttNotSentException(MqttNotSentReason.NotConnected, "Not sent: the connection is closing"));
                    break;
            }
        }
        catch (MqttProtocolException exception)
        {
            Fail(publish, exception);
        }
        Release(publish);
        return true;
    }

    private AppendResult Append(OutgoingPublish publish, bool duplicate)
    {
        var encoding = new PublishEncoding(publish.Message, publish.PacketIdentifier, duplicate, null, []);
        var result = _connection!.Output.Append(encoding, out var start, out var end);
        publish.Start = start;
        publish.End = end;
        return result;
    }

    private bool Resend(OutgoingPublish publish)
    {
        if (_connection!.Limits.Refuse(publish.Message) is not null || Append(publish, duplicate: true) != AppendResult.Appended)
            return false;
        publish.State = OutgoingState.Sent;
        return true;
    }

    private void SendWaiting()
    {
        while (_connection is not null && _waiting.First is { } first && MaySend(first.Value.Message))
        {
            _waiting.RemoveFirst();
            if (!TrySend(first.Value))
            {
                _waiting.AddFirst(first);
                return;
            }
        }
    }

    private void ExpireOld()
    {
        lock (_gate)
        {
            _timerRuns = false;
            var now = _timeProvider.GetTimestamp();
            while (_unanswered.First is { } oldest)
            {
                if (oldest.Value.Deadline > now)
                {
                    _timer.Change(NextLook(_timeProvider.GetElapsedTime(now, oldest.Value.Deadline)), Timeout.InfiniteTimeSpan);
                    _timerRuns = true;
                    return;
                }
                var seconds = _options.PublishTimeout.TotalSeconds;
                GiveUp(
                    oldest.Value,
                    new MqttNotSentException(MqttNotSentReason.Timeout, $"Not sent: its turn did not come within {seconds:0.#} s"),
                    $"no acknowledgement within {seconds:0.#} s");
            }
        }
    }

    // After so long the oldest publish is too old, or old enough for doubt.
    private TimeSpan NextLook(TimeSpan untilDeadline)
    {
        if (_options.ProbeAfter is not { } probeAfter)
            return untilDeadline;
        var untilProbe = probeAfter - (_options.PublishTimeout - untilDeadline);
        if (untilProbe <= TimeSpan.Zero)
        {
            _connection?.Probe();
            untilProbe = probeAfter;
        }
        return untilProbe < untilDeadline ? untilProbe : untilDeadline;
    }

    /// <summary>Ends it without an acknowledgement. One that has been sent keeps its packet identifier until the server lets go of it.</summary>
    private void GiveUp(OutgoingPublish publish, MqttNotSentException notSent, string unknownCause)
    {
        switch (publish.State)
        {
            case OutgoingState.Waiting:
                Fail(publish, notSent);
                Release(publish);
                SendWaiting();
                return;
            case OutgoingState.Sent when publish.PacketIdentifier != 0 && _connection is not null:
                Fail(publish, OutcomeUnknown(unknownCause, notSent.InnerException));
                publish.State = OutgoingState.Abandoned;
                _abandoned++;
                if (_abandoned >= _window.Limit)
                    _connection.Close(ConnectionEnd.Unacknowledged(_abandoned));
                return;
            case OutgoingState.Sent or OutgoingState.Suspended:
                Fail(publish, OutcomeUnknown(unknownCause, notSent.InnerException));
                Release(publish);
                return;
            default:
                return;
        }
    }

    private void End(OutgoingPublish publish, MqttReasonCode reasonCode)
    {
        publish.Succeed(reasonCode);
        Conclude(publish);
    }

    private void Fail(OutgoingPublish publish, MqttException exception)
    {
        publish.Fail(exception);
        Conclude(publish);
    }

    private void Conclude(OutgoingPublish publish)
    {
        Debug.Assert(publish.State is not (OutgoingState.Abandoned or OutgoingState.Ended), "One answer each");
        publish.State = OutgoingState.Ended;
        _unanswered.Remove(publish.ByAge);
        Answered.Add(publish);
        TellWhenDrained();
    }

    private void TellWhenDrained()
    {
        if (_unanswered.Count == 0 && !_window.IsHeld)
            _drained?.TrySetResult();
    }

    /// <summary>Nothing here refers to it any more.</summary>
    private void Release(OutgoingPublish publish, bool acknowledged = false)
    {
        if (publish.State == OutgoingState.Abandoned)
            _abandoned--;
        publish.State = OutgoingState.Ended;
        publish.Place.List?.Remove(publish.Place);
        _window.Remove(publish);
        publish.TakenPlace?.Free(acknowledged);
        publish.Released = true;
        ReturnIfDone(publish);
    }

    private void ReturnIfDone(OutgoingPublish publish)
    {
        if (!publish.Released || !publish.Taken)
            return;
        publish.Forget();
        if (_pool.Count < MaximumPooled)
            _pool.Push(publish);
    }

    private long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * _timeProvider.TimestampFrequency);

    private static MqttNotSentException Cancelled(CancellationToken cancellationToken) =>
        new(MqttNotSentReason.Cancelled, "Not sent: cancelled while it waited for its turn", new OperationCanceledException(cancellationToken));

    private static MqttOutcomeUnknownException OutcomeUnknown(ConnectionEnd end) =>
        new($"Sent, outcome unknown: {end.Cause}", end.Exception) { ClosedByServer = end.ByServer, ReasonCode = end.ByServer ? end.ReasonCode : null };

    private static MqttOutcomeUnknownException OutcomeUnknown(string cause, Exception? exception = null) =>
        new($"Sent, outcome unknown: {cause}", exception);
}
