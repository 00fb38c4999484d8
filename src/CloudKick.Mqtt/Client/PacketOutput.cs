using CloudKick.Mqtt.Wire;

namespace CloudKick.Mqtt.Client;

internal enum AppendResult
{
    Appended,
    TooLarge,
    Closed,
}

/// <summary>
/// All that a connection sends. Anybody encodes into one shared buffer under a short lock; one loop takes what has gathered and sends it in
/// one piece, while the next piece gathers. Positions count the bytes of the connection: what starts at or after <see cref="HandedOver"/>
/// has surely not left.
/// </summary>
internal sealed class PacketOutput(Stream stream, MqttProtocolVersion version, int maximumPacketSize, TimeSpan sendTimeout, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly AsyncSignal _signal = new();
    private PooledBuffer _gathering = new();
    private PooledBuffer _sending = new();
    private long _appended;
    private long _handedOver;
    private volatile int _corkedBy;
    private volatile int _sendingFor;
    private bool _completed;
    private long _lastSent = timeProvider.GetTimestamp();
    private CancellationTokenSource _deadline = NewDeadline(timeProvider);

    /// <summary>Bytes given to the network so far. Final once <see cref="RunAsync"/> has ended.</summary>
    public long HandedOver => Volatile.Read(ref _handedOver);

    /// <summary>Bytes that wait to be sent.</summary>
    public long Waiting => Volatile.Read(ref _appended) - HandedOver;

    /// <summary>When a send last succeeded, as a timestamp of the time provider.</summary>
    public long LastSent => Volatile.Read(ref _lastSent);

    /// <summary>Puts a packet behind those before it.</summary>
    /// <exception cref="MqttProtocolException">It cannot be put on the wire; nothing was appended.</exception>
    public AppendResult Append<T>(in T packet, out long start, out long end) where T : IEncodable
    {
        lock (_gate)
        {
            start = end = _appended;
            if (_completed)
                return AppendResult.Closed;
            var before = _gathering.Length;
            if (!PacketEncoder.TryEncode(packet, _gathering, version, maximumPacketSize))
                return AppendResult.TooLarge;
            end = start + _gathering.Length - before;
            Volatile.Write(ref _appended, end);
        }
        if (_corkedBy != Environment.CurrentManagedThreadId)
            _signal.Set();
        return AppendResult.Appended;
    }

    public AppendResult Append<T>(in T packet) where T : IEncodable => Append(packet, out _, out _);

    /// <summary>What this thread appends from now on gathers until <see cref="Uncork"/>.</summary>
    public void Cork() => _corkedBy = Environment.CurrentManagedThreadId;

    /// <summary>Sends what has gathered, on this thread if the network takes it at once. What gathers meanwhile leaves from the thread pool.</summary>
    public void Uncork()
    {
        _corkedBy = 0;
        _sendingFor = Environment.CurrentManagedThreadId;
        _signal.Set(here: true);
        _sendingFor = 0;
    }

    /// <summary>Takes no more; the loop ends when what is there has been sent.</summary>
    public void Complete()
    {
        lock (_gate)
            _completed = true;
        _signal.Set();
    }

    /// <summary>Sends until completed or cancelled. After each send it tells how far the connection's bytes have gone.</summary>
    /// <exception cref="TimeoutException">A send took longer than it may.</exception>
    /// <exception cref="IOException">A send failed.</exception>
    public async Task RunAsync(Action<long> sent, CancellationToken cancellationToken)
    {
        var registration = cancellationToken.UnsafeRegister(static state => ((PacketOutput)state!).Stop(), this);
        try
        {
            await SendAsync(sent, cancellationToken);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"the server took nothing for {sendTimeout.TotalSeconds:0.#} s", exception);
        }
        finally
        {
            Complete();
            await registration.DisposeAsync();
            _deadline.Dispose();
        }
    }

    private async Task SendAsync(Action<long> sent, CancellationToken cancellationToken)
    {
        while (true)
        {
            await _signal.WaitAsync();
            while (TryTake(cancellationToken, out var position))
            {
                var writing = stream.WriteAsync(_sending.Written, _deadline.Token);
                await (writing.IsCompleted ? writing : WithinDeadlineAsync(writing));
                _sending.Release();
                Volatile.Write(ref _lastSent, timeProvider.GetTimestamp());
                sent(position);
                if (_sendingFor == Environment.CurrentManagedThreadId && Waiting > 0)
                    await Task.Yield();
            }
            lock (_gate)
            {
                if (_completed && (_gathering.Length == 0 || cancellationToken.IsCancellationRequested))
                    return;
            }
        }
    }

    private async ValueTask WithinDeadlineAsync(ValueTask writing)
    {
        _deadline.CancelAfter(sendTimeout);
        await writing;
        ResetDeadline();
    }

    private void Stop()
    {
        Complete();
        _deadline.Cancel();
    }

    /// <summary>A deadline that fired just when the send succeeded must not end the next one.</summary>
    private void ResetDeadline()
    {
        _deadline.CancelAfter(Timeout.InfiniteTimeSpan);
        if (_deadline.IsCancellationRequested)
            _deadline = NewDeadline(timeProvider);
    }

    private static CancellationTokenSource NewDeadline(TimeProvider timeProvider) => new(Timeout.InfiniteTimeSpan, timeProvider);

    private bool TryTake(CancellationToken cancellationToken, out long position)
    {
        lock (_gate)
        {
            position = _appended;
            if (_gathering.Length == 0 || cancellationToken.IsCancellationRequested)
                return false;
            (_gathering, _sending) = (_sending, _gathering);
            Volatile.Write(ref _handedOver, position);
            return true;
        }
    }
}
