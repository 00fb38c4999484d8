namespace CloudKick.Relay.Database;

/// <summary>Rows of tables whose <c>merchant_id</c> is null where they are the platform's own.</summary>
internal static class OwnedRows
{
    /// <summary>
    /// Those of parameter <c>merchant</c>; null: the platform's. Once PostgreSQL knows the parameter, one half is left, which an index serves.
    /// </summary>
    public const string OfMerchant = "(merchant_id = @merchant or (@merchant::uuid is null and merchant_id is null))";
}
