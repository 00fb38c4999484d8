namespace CloudKick.LocalCloud;

/// <summary>
/// What becomes of a message that is sent to one connected client by name (AWS's SendDirectMessage). The first outcome
/// counts. Thread safe.
/// </summary>
internal sealed class DirectMessage
{
    private readonly TaskCompletionSource<DirectOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _written;

    public Task<DirectOutcome> Outcome => _outcome.Task;

    /// <summary>Nobody waits for it any more; if it is not on its way yet, it is not to be sent.</summary>
    public bool IsAbandoned { get; private set; }

    /// <summary>It left for the client.</summary>
    /// <param name="awaitsConfirmation">Whether a PUBACK is to come.</param>
    public void Written(bool awaitsConfirmation)
    {
        _written = true;
        if (!awaitsConfirmation) _outcome.TrySetResult(DirectOutcome.Dispatched);
    }

    public void Acknowledged() => _outcome.TrySetResult(DirectOutcome.Acknowledged);

    public void Refused(DirectOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <summary>The connection is gone. What was written may have arrived; what was not has not.</summary>
    public void ConnectionLost() => _outcome.TrySetResult(_written ? DirectOutcome.Unconfirmed : DirectOutcome.NotConnected);

    public void Abandon()
    {
        IsAbandoned = true;
        _outcome.TrySetResult(DirectOutcome.Unconfirmed);
    }
}

internal enum DirectOutcome
{
    /// <summary>Written, without asking for more.</summary>
    Dispatched,

    /// <summary>The client's PUBACK came.</summary>
    Acknowledged,

    /// <summary>No PUBACK came in time; it may have arrived all the same.</summary>
    Unconfirmed,

    /// <summary>There is no connection.</summary>
    NotConnected,

    /// <summary>The client may not receive this topic.</summary>
    NotAuthorized,

    /// <summary>The client's outbound rate is used up, or more waits for it than may.</summary>
    Throttled,

    /// <summary>More than the client said it takes.</summary>
    TooLarge,
}
