using System.Collections.Concurrent;
using System.Threading.Channels;
using CloudKick.Tas;

namespace CloudKick.Testing;

/// <summary>A gate that decides as the test says and remembers what it was asked and told.</summary>
public sealed class RecordingGate : ITasGate
{
    private readonly Channel<TasArrival> _arrivals = Channel.CreateUnbounded<TasArrival>();
    private readonly Channel<(TasSession Session, TasCloseReason Reason)> _ends = Channel.CreateUnbounded<(TasSession, TasCloseReason)>();

    public Func<TasArrival, CancellationToken, ValueTask<TasAdmission>> Decide { get; set; } = (_, _) => ValueTask.FromResult(TasAdmission.Admitted);

    public Func<ValueTask> WhenClosed { get; set; } = () => ValueTask.CompletedTask;

    public ConcurrentBag<TasArrival> Asked { get; } = [];

    public ConcurrentBag<(TasSession Session, TasCloseReason Reason)> Told { get; } = [];

    public ValueTask<TasAdmission> AdmitAsync(TasArrival arrival, CancellationToken cancellationToken)
    {
        Asked.Add(arrival);
        _arrivals.Writer.TryWrite(arrival);
        return Decide(arrival, cancellationToken);
    }

    public ValueTask ClosedAsync(TasSession session, TasCloseReason reason, CancellationToken cancellationToken)
    {
        Told.Add((session, reason));
        _ends.Writer.TryWrite((session, reason));
        return WhenClosed();
    }

    public ValueTask<TasArrival> NextArrivalAsync(CancellationToken cancellationToken) => _arrivals.Reader.ReadAsync(cancellationToken);

    public ValueTask<(TasSession Session, TasCloseReason Reason)> NextEndAsync(CancellationToken cancellationToken) => _ends.Reader.ReadAsync(cancellationToken);
}
