using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Client;

/// <summary>
/// Sends PINGREQ when nothing went out, or nothing came in, for three quarters of the keep-alive (MQTT 5.0 §3.1.2.10), and finds a server
/// that does not answer it.
/// </summary>
internal sealed class KeepAlive(MqttConnection connection, TimeSpan keepAlive, TimeSpan pingTimeout, TimeProvider timeProvider)
{
    private readonly TimeSpan _pingAfter = keepAlive * 0.75;
    private long _lastPing;
    private long? _unanswered;

    /// <summary>Ends when the server is dead, or by cancellation.</summary>
    public async Task<ConnectionEnd> RunAsync(CancellationToken cancellationToken)
    {
        if (keepAlive == TimeSpan.Zero)
            await Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, cancellationToken);
        while (true)
        {
            var received = connection.LastReceived;
            if (received >= _unanswered)
                _unanswered = null;
            if (_unanswered is { } asked && timeProvider.GetElapsedTime(asked) >= pingTimeout)
                return Dead();

            // A ping that is still on its way out counts as sent.
            var untilPing = _pingAfter - timeProvider.GetElapsedTime(Math.Max(connection.Output.LastSent, _lastPing));
            var untilNext = _unanswered is { } since
                ? pingTimeout - timeProvider.GetElapsedTime(since)
                : _pingAfter - timeProvider.GetElapsedTime(received);
            if (untilPing <= TimeSpan.Zero || untilNext <= TimeSpan.Zero)
                Ping();
            else
                await Task.Delay(untilPing < untilNext ? untilPing : untilNext, timeProvider, cancellationToken);
        }
    }

    private void Ping()
    {
        _lastPing = timeProvider.GetTimestamp();
        _unanswered ??= _lastPing;
        connection.Output.Append(new PingReqPacket());
    }

    private ConnectionEnd Dead() => new(
        $"The server is dead: nothing came within {pingTimeout.TotalSeconds:0.#} s after PINGREQ",
        MqttReasonCode.KeepAliveTimeout,
        Farewell: new DisconnectPacket { ReasonCode = MqttReasonCode.KeepAliveTimeout });
}
