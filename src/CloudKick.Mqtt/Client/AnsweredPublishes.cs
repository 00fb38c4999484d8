using System.Diagnostics.CodeAnalysis;

namespace CloudKick.Mqtt.Client;

/// <summary>
/// Publishes that have their answer, until their callers know it. Callers go on on the thread pool, many in one work item: one each would cost
/// more than the publish itself. One that keeps its thread holds up nobody: while others wait, another work item is on its way. A connection
/// with a thread of its own lets them go on there.
/// </summary>
internal sealed class AnsweredPublishes : IThreadPoolWorkItem
{
    private readonly Lock _gate = new();

    // No longer than what is unanswered, which the client's options bound.
    private readonly Queue<OutgoingPublish> _answered = [];
    private bool _helpComes;

    /// <summary>Has the caller told soon, on the thread pool unless they are claimed: whoever adds may hold locks.</summary>
    public void Add(OutgoingPublish publish)
    {
        lock (_gate)
        {
            _answered.Enqueue(publish);
            if (_helpComes)
                return;
            _helpComes = true;
        }
        TellElsewhere();
    }

    /// <summary>Leaves those that are added from now on to whoever called this, for <see cref="TellHere"/> or <see cref="TellElsewhere"/> soon.</summary>
    public void Claim()
    {
        lock (_gate)
            _helpComes = true;
    }

    /// <summary>Lets all callers go on, on this thread.</summary>
    public void TellHere()
    {
        while (TryTake(out var publish, out var callHelp))
        {
            if (callHelp)
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: true);
            publish.Tell();
        }
    }

    /// <summary>Has them told on the thread pool.</summary>
    public void TellElsewhere() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    void IThreadPoolWorkItem.Execute()
    {
        lock (_gate)
            _helpComes = false;
        TellHere();
    }

    private bool TryTake([NotNullWhen(true)] out OutgoingPublish? publish, out bool callHelp)
    {
        lock (_gate)
        {
            var taken = _answered.TryDequeue(out publish);
            callHelp = _answered.Count > 0 && !_helpComes;
            _helpComes = taken && (_helpComes || callHelp);
            return taken;
        }
    }
}
