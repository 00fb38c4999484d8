namespace CloudKick.Relay.Publishing;

/// <summary>
/// When what does not work may be tried again: by one attempt at a time, less and less often. An attempt that then asks nothing of it was no
/// probe, and the next may be one at once. Not thread-safe.
/// </summary>
internal sealed class Probes(TimeSpan firstPause, TimeProvider timeProvider)
{
    private (TimeSpan Pause, long Due) _next;
    private (TimeSpan Pause, long Due) _before;
    private KickAttempt? _probing;

    /// <summary>How long the next one waits, from the last failure or probe.</summary>
    public TimeSpan Pause => _next.Pause;

    /// <summary>Whether the next one need not wait any more.</summary>
    public bool IsDue => timeProvider.GetTimestamp() >= _next.Due;

    /// <summary>It failed: the next one waits, and twice as long as the one before it.</summary>
    public void Postpone(TimeSpan longestPause)
    {
        _probing = null;
        var longer = _next.Pause == TimeSpan.Zero ? firstPause : _next.Pause * 2;
        var pause = longer < longestPause ? longer : longestPause;
        _next = (pause, timeProvider.GetTimestamp() + (long)(pause.TotalSeconds * timeProvider.TimestampFrequency));
    }

    /// <summary>True for the attempt that may try, by all its ways; from then on the next one waits.</summary>
    public bool TryBegin(KickAttempt attempt, TimeSpan longestPause)
    {
        if (_probing == attempt)
            return true;
        if (!IsDue)
            return false;
        _before = _next;
        Postpone(longestPause);
        _probing = attempt;
        return true;
    }

    /// <summary>The attempt asked nothing: if it was the probe, all is as it was before it, unless something else happened since.</summary>
    public void GiveBack(KickAttempt attempt)
    {
        if (_probing == attempt)
            (_next, _probing) = (_before, null);
    }

    /// <summary>It works.</summary>
    public void Reset() => (_next, _probing) = (default, null);
}
