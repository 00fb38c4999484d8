namespace CloudKick.Tas;

/// <summary>
/// Decides which terminals are let in and keeps note of their sessions. Called from many connections at
/// once; both methods must honour their token.
/// </summary>
public interface ITasGate
{
    /// <summary>Decides on a terminal that has said who it is. An exception refuses it.</summary>
    ValueTask<TasAdmission> AdmitAsync(TasArrival arrival, CancellationToken cancellationToken);

    /// <summary>
    /// A session has ended. Called once for every session that was admitted, and with
    /// <see cref="TasCloseReason.AdmissionFailed"/> for one whose admission ended in an exception, since it may
    /// have been noted. Not called for terminals that were refused. When a terminal replaces its own session, the
    /// call for the older may come before or after anything that happens to the newer.
    /// </summary>
    ValueTask ClosedAsync(TasSession session, TasCloseReason reason, CancellationToken cancellationToken);
}
