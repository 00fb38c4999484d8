using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Client;

/// <summary>SUBSCRIBE and UNSUBSCRIBE of one connection, until SUBACK or UNSUBACK.</summary>
internal sealed class AcknowledgedRequests(PacketOutput output, PacketIdentifiers identifiers, TimeSpan timeout, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ushort, Request> _open = [];
    private ConnectionEnd? _end;

    /// <summary>
    /// Sends the packet made for a packet identifier and waits for the server's reason codes. Those are told to <paramref name="answered"/> before
    /// anything else is read: whoever waits goes on some time later, perhaps when there is another connection.
    /// </summary>
    /// <exception cref="MqttNotSentException">The connection is closing, or the server takes no packet that large.</exception>
    /// <exception cref="MqttOutcomeUnknownException">It was sent and no answer came.</exception>
    /// <exception cref="OperationCanceledException">The caller gave up; the server may have it all the same.</exception>
    public async Task<IReadOnlyList<MqttReasonCode>> SendAsync<T>(
        MqttPacketType answer, int count, Func<ushort, T> packet, Action<IReadOnlyList<MqttReasonCode>> answered, CancellationToken cancellationToken)
        where T : IEncodable
    {
        var request = Send(answer, count, packet, answered);
        try
        {
            return await request.Answer.Task.WaitAsync(timeout, timeProvider, cancellationToken);
        }
        catch (TimeoutException exception)
        {
            // The identifier stays taken: the answer may still come.
            throw new MqttOutcomeUnknownException($"Sent, outcome unknown: no {answer} within {timeout.TotalSeconds:0.#} s", exception);
        }
    }

    /// <summary>SUBACK or UNSUBACK.</summary>
    /// <exception cref="MqttProtocolException">It does not answer what was asked.</exception>
    public void Acknowledge(MqttPacketType answer, ushort packetIdentifier, IReadOnlyList<MqttReasonCode> reasonCodes)
    {
        Request? request;
        lock (_gate)
        {
            if (!_open.TryGetValue(packetIdentifier, out request) || request.Expected != answer)
                throw MqttProtocolException.Error("MQTT-3.8.4-2, MQTT-3.10.4-4", $"{answer} {packetIdentifier} answers nothing");
            // UNSUBACK of MQTT 3.1.1 has no reason codes: it came, so all went well.
            if (reasonCodes.Count == 0)
                reasonCodes = [.. Enumerable.Repeat(MqttReasonCode.Success, request.Count)];
            if (reasonCodes.Count != request.Count)
                throw MqttProtocolException.Error("MQTT-3.8.4-6, MQTT-3.11.3-1", $"{answer} with {reasonCodes.Count} reason codes for {request.Count} filters");
            _open.Remove(packetIdentifier);
        }
        identifiers.Return(packetIdentifier);
        request.Answered(reasonCodes);
        request.Answer.TrySetResult(reasonCodes);
    }

    /// <summary>No answer will come any more.</summary>
    public void ConnectionEnded(ConnectionEnd end, long handedOver)
    {
        lock (_gate)
        {
            _end = end;
            foreach (var (identifier, request) in _open)
            {
                identifiers.Return(identifier);
                request.Answer.TrySetException(request.Start >= handedOver
                    ? new MqttNotSentException(MqttNotSentReason.NotConnected, $"Not sent: {end.Cause}", end.Exception)
                    : new MqttOutcomeUnknownException($"Sent, outcome unknown: {end.Cause}", end.Exception));
                // Its caller may have given up already; then nobody else looks at the exception.
                _ = request.Answer.Task.Exception;
            }
            _open.Clear();
        }
    }

    private Request Send<T>(MqttPacketType answer, int count, Func<ushort, T> packet, Action<IReadOnlyList<MqttReasonCode>> answered) where T : IEncodable
    {
        var identifier = identifiers.Take();
        if (identifier == 0)
            throw new MqttNotSentException(MqttNotSentReason.QueueFull, "Not sent: every packet identifier is in use");
        var request = new Request(answer, count, answered);
        var result = AppendResult.Closed;
        try
        {
            lock (_gate)
            {
                if (_end is null)
                    result = output.Append(packet(identifier), out request.Start, out _);
                if (result == AppendResult.Appended)
                    _open.Add(identifier, request);
            }
        }
        finally
        {
            if (result != AppendResult.Appended)
                identifiers.Return(identifier);
        }
        return result switch
        {
            AppendResult.Appended => request,
            AppendResult.TooLarge => throw new MqttNotSentException(MqttNotSentReason.TooLarge, "Not sent: larger than the server takes"),
            _ => throw new MqttNotSentException(MqttNotSentReason.NotConnected, "Not sent: the connection is closing"),
        };
    }

    private sealed class Request(MqttPacketType expected, int count, Action<IReadOnlyList<MqttReasonCode>> answered)
    {
        public long Start;

        public MqttPacketType Expected { get; } = expected;

        public int Count { get; } = count;

        public Action<IReadOnlyList<MqttReasonCode>> Answered { get; } = answered;

        public TaskCompletionSource<IReadOnlyList<MqttReasonCode>> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
