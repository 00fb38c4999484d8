namespace CloudKick.Relay.Database;

/// <summary>Identifies one merchant: the tenant that rows with a <c>merchant_id</c> belong to.</summary>
/// <param name="Value">The merchant's key; never <see cref="Guid.Empty"/> for a merchant that exists.</param>
public readonly record struct MerchantId(Guid Value)
{
    /// <summary>A new, time-ordered (UUID version 7) id.</summary>
    public static MerchantId New(TimeProvider timeProvider)
    {
        ArgumentNullException.ThrowIfNull(timeProvider);
        return new(Guid.CreateVersion7(timeProvider.GetUtcNow()));
    }

    /// <summary>The id as PostgreSQL writes a <c>uuid</c>: 36 characters, lower case.</summary>
    public override string ToString() => Value.ToString("D");
}
