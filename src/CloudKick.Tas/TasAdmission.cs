namespace CloudKick.Tas;

/// <summary>The gate's decision. The default value refuses.</summary>
public readonly record struct TasAdmission
{
    private TasAdmission(bool isAdmitted, TasRefusal refusal) => (IsAdmitted, RefusalReason) = (isAdmitted, refusal);

    /// <summary>The terminal is let in.</summary>
    public static TasAdmission Admitted { get; } = new(true, default);

    /// <summary>Whether the terminal is let in.</summary>
    public bool IsAdmitted { get; }

    /// <summary>Why not, when it is not.</summary>
    public TasRefusal RefusalReason { get; }

    /// <summary>The terminal is not let in.</summary>
    public static TasAdmission Refused(TasRefusal reason) => new(false, reason);
}
