using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Client;

/// <summary>
/// Sends PINGREQ when nothing went out, or nothing came in, for three quarters of the keep-alive (MQTT 5.0 §3.1.2.10), and finds a server
/// that does not answer it. Sooner, when nothing came in for as long as <paramref name="silence"/> says, or when somebody has reason to doubt
/// that the server is there: <see cref="Probe"/>.
/// </summary>
internal sealed class KeepAlive(MqttConnection connection, TimeSpan keepAlive, TimeSpan? silence, TimeSpan pingTimeout, TimeProvider timeProvider)
{
    // What stands for never: the longest that a timer takes.
    private static readonly TimeSpan LongestWait = TimeSpan.FromDays(49);

    private readonly TimeSpan _pingAfter = PingAfter(keepAlive);
    private readonly TimeSpan _askAfter = Sooner(PingAfter(keepAlive), silence ?? LongestWait);
    private volatile TaskCompletionSource _doubt = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _lastPing;
    private long? _unanswered;

    /// <summary>Ends when the server is dead, or by cancellation.</summary>
    public async Task<ConnectionEnd> RunAsync(CancellationToken cancellationToken)
    {
        var probed = false;
        while (true)
        {
            var received = connection.LastReceived;
            if (received >= _unanswered)
                _unanswered = null;
            if (_unanswered is { } asked && timeProvider.GetElapsedTime(asked) >= pingTimeout)
                return Dead();

            // A ping that is still on its way out counts as sent. One that is awaited is looked after in time to ask again.
            var untilPing = _pingAfter - timeProvider.GetElapsedTime(Math.Max(connection.Output.LastSent, _lastPing));
            var untilNext = _unanswered is { } since
                ? Sooner(pingTimeout - timeProvider.GetElapsedTime(since), _askAfter)
                : _askAfter - timeProvider.GetElapsedTime(received);
            if (untilPing <= TimeSpan.Zero || untilNext <= TimeSpan.Zero || (probed && _unanswered is null))
            {
                probed = false;
                Ping();
            }
            else
                probed = await WaitAsync(Sooner(untilPing, untilNext), cancellationToken);
        }
    }

    /// <summary>Asks the server now whether it is there, unless it is being asked.</summary>
    public void Probe() => _doubt.TrySetResult();

    /// <summary>Whether a probe cut it short.</summary>
    private async Task<bool> WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        var doubt = _doubt.Task;
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Task.Delay(wait, timeProvider, enough.Token), doubt);
        await enough.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        if (!doubt.IsCompleted)
            return false;
        _doubt = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return true;
    }

    private void Ping()
    {
        _lastPing = timeProvider.GetTimestamp();
        _unanswered ??= _lastPing;
        connection.Output.Append(new PingReqPacket());
    }

    private static TimeSpan PingAfter(TimeSpan keepAlive) => keepAlive == TimeSpan.Zero ? LongestWait : keepAlive * 0.75;

    private static TimeSpan Sooner(TimeSpan one, TimeSpan other) => one < other ? one : other;

    private ConnectionEnd Dead() => new(
        $"The server is dead: nothing came within {pingTimeout.TotalSeconds:0.#} s after PINGREQ",
        MqttReasonCode.KeepAliveTimeout,
        Farewell: new DisconnectPacket { ReasonCode = MqttReasonCode.KeepAliveTimeout });
}
