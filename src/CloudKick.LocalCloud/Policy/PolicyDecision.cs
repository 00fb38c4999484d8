namespace CloudKick.LocalCloud;

/// <summary>What policy documents say to a request. Without a word of theirs it is denied.</summary>
internal enum PolicyDecision
{
    ImplicitDeny,
    Allowed,

    /// <summary>A statement denies it; no other statement can allow it.</summary>
    ExplicitDeny,
}
