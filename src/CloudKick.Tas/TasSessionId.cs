namespace CloudKick.Tas;

/// <summary>Identifies one TAS session among those of all nodes; a version 7 UUID, so ids sort by time.</summary>
public readonly record struct TasSessionId(Guid Value)
{
    /// <inheritdoc />
    public override string ToString() => Value.ToString();
}
