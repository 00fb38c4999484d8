namespace CloudKick.Relay.Publishing;

/// <summary>
/// A turn on one of the pool's connections, kept for a kick while that is being stored: what is taken on has its turn. Given back when
/// disposed of, unless it was taken. Thread-safe.
/// </summary>
internal sealed class ReservedTurn(MqttConnectionSlot slot, long reserved, TimeSpan delay, TimeProvider timeProvider) : IDisposable
{
    private int _gone;

    /// <summary>The connection that it is on.</summary>
    public MqttConnectionSlot Slot => slot;

    /// <summary>How long until it comes.</summary>
    public TimeSpan Wait => delay - timeProvider.GetElapsedTime(reserved) is { Ticks: > 0 } wait ? wait : TimeSpan.Zero;

    /// <summary>Takes it; false when that was done before, or it was given back.</summary>
    public bool TryTake() => Interlocked.Exchange(ref _gone, 1) == 0;

    public void Dispose()
    {
        if (TryTake())
            slot.Budget.GiveBack();
    }
}
