using System.Threading.Tasks.Sources;

namespace CloudKick.Mqtt.Client;

internal enum OutgoingState
{
    /// <summary>Its turn has not come; nothing of it has been encoded.</summary>
    Waiting,

    /// <summary>Encoded for the connection: on its way, or as good as.</summary>
    Sent,

    /// <summary>Sent on a connection that has ended; sent again if the next one resumes the session.</summary>
    Suspended,

    /// <summary>The caller has its answer, but the server still may acknowledge: the packet identifier stays taken.</summary>
    Abandoned,

    /// <summary>The caller has its answer.</summary>
    Ended,
}

/// <summary>
/// One publish from call to answer, and the awaitable its caller holds. Used again once its caller has taken the answer and
/// <see cref="OutgoingPublishes"/> has let go of it; everything but the awaitable is guarded by the latter's lock.
/// </summary>
internal sealed class OutgoingPublish : IValueTaskSource<MqttReasonCode>
{
    private readonly OutgoingPublishes _owner;
    private ManualResetValueTaskSourceCore<MqttReasonCode> _source;
    private CancellationTokenRegistration _cancellation;
    private MqttReasonCode _reasonCode;
    private MqttException? _failure;

    public OutgoingPublish(OutgoingPublishes owner)
    {
        _owner = owner;
        ByAge = new LinkedListNode<OutgoingPublish>(this);
        Place = new LinkedListNode<OutgoingPublish>(this);
    }

    /// <summary>Its node among all that have no answer yet, oldest first.</summary>
    public LinkedListNode<OutgoingPublish> ByAge { get; }

    /// <summary>Its node among those that wait for their turn, or among the QoS 0 that are not written yet.</summary>
    public LinkedListNode<OutgoingPublish> Place { get; }

    public MqttMessage Message { get; private set; } = null!;

    /// <summary>The place that was taken for it before it was there.</summary>
    public MqttPublishPlace? TakenPlace { get; set; }

    public OutgoingState State { get; set; }

    public ushort PacketIdentifier { get; set; }

    /// <summary>Timestamp of the time provider after which no answer is waited for.</summary>
    public long Deadline { get; private set; }

    /// <summary>Where it starts and ends among the bytes of its connection.</summary>
    public long Start { get; set; }

    public long End { get; set; }

    /// <summary>Sent on an earlier connection, so it can no longer be said that it never left.</summary>
    public bool SentBefore { get; private set; }

    /// <summary>Nothing refers to it but its caller.</summary>
    public bool Released { get; set; }

    /// <summary>Its caller has taken the answer.</summary>
    public bool Taken { get; set; }

    public void Begin(MqttMessage message, long deadline)
    {
        _source.Reset();
        Message = message;
        Deadline = deadline;
        State = OutgoingState.Waiting;
        PacketIdentifier = 0;
        Start = End = 0;
        SentBefore = Released = Taken = false;
    }

    public void Suspend()
    {
        State = OutgoingState.Suspended;
        SentBefore = true;
    }

    /// <summary>The awaitable; the token cancels as long as there is no answer.</summary>
    public ValueTask<MqttReasonCode> AsTask(CancellationToken cancellationToken)
    {
        var task = new ValueTask<MqttReasonCode>(this, _source.Version);
        _cancellation = cancellationToken.UnsafeRegister(
            static (state, token) => ((OutgoingPublish)state!).Cancel(token), this);
        return task;
    }

    /// <summary>The answer; <see cref="Tell"/> gives it to the caller.</summary>
    public void Succeed(MqttReasonCode reasonCode) => _reasonCode = reasonCode;

    public void Fail(MqttException exception) => _failure = exception;

    /// <summary>Lets the caller go on with the answer, on this thread. By then this may be in use again: it is nobody's to touch after.</summary>
    public void Tell()
    {
        if (_failure is { } failure)
            _source.SetException(failure);
        else
            _source.SetResult(_reasonCode);
    }

    public void Forget()
    {
        Message = null!;
        TakenPlace = null;
        _failure = null;
    }

    MqttReasonCode IValueTaskSource<MqttReasonCode>.GetResult(short token)
    {
        // Waits for a cancellation that is just running, so that it cannot hit the next use of this object.
        _cancellation.Dispose();
        try
        {
            return _source.GetResult(token);
        }
        finally
        {
            _owner.Take(this);
        }
    }

    ValueTaskSourceStatus IValueTaskSource<MqttReasonCode>.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource<MqttReasonCode>.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);

    private void Cancel(CancellationToken cancellationToken) => _owner.Cancel(this, cancellationToken);
}
