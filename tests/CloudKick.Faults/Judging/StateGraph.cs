namespace CloudKick.Faults.Judging;

/// <summary>Which event of a kick may come after which, and the state that they lead to.</summary>
internal sealed class StateGraph
{
    private static readonly string[] Ends = ["connected", "expired", "cancelled", "failed"];

    // What is known of one attempt in the end, once: the broker acknowledged, nothing is known, nothing was sent.
    private static readonly string[] Outcomes = ["published", "attempt_unknown", "attempt_not_sent"];

    // The broker's and the terminal's word may come in after the session that they led to.
    private static readonly string[] MayFollowConnected = ["published", "delivered"];

    private static readonly string[] Others = ["accepted", "attempt", "delivered", "refused"];

    private readonly HashSet<string> _seen = [];
    private bool _isUnderWay;

    /// <summary>The state that the events so far lead to; null before the first.</summary>
    public string? State { get; private set; }

    /// <summary>Attempts so far, the first included.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether a state is an end.</summary>
    public static bool IsEnd(string state) => Ends.Contains(state);

    /// <summary>Takes the next event; what is wrong with it here, or null.</summary>
    public string? Take(string name)
    {
        var fault = Judge(name);
        _seen.Add(name);
        if (name is "accepted" or "attempt")
            (_isUnderWay, Attempts) = (true, Attempts + 1);
        else if (Outcomes.Contains(name))
            _isUnderWay = false;
        State = (State, name) switch
        {
            (not null, _) when IsEnd(State) => State,
            ("delivered", "published") => State,
            (_, "accepted" or "published" or "delivered") => name,
            _ when IsEnd(name) => name,
            _ => State,
        };
        return fault;
    }

    private string? Judge(string name)
    {
        if (!Ends.Contains(name) && !Outcomes.Contains(name) && !Others.Contains(name))
            return $"{name} is no event";
        if (State is null != (name == "accepted"))
            return State is null ? $"begins with {name}" : "is accepted again";
        if (State is not null && IsEnd(State) && !(State == "connected" && MayFollowConnected.Contains(name)))
            return $"{name} after it was {State}";
        if (name is "published" or "delivered" && _seen.Contains(name))
            return $"{name} twice";
        return Outcomes.Contains(name) && !_isUnderWay ? $"{name} without an attempt under way" : null;
    }
}
