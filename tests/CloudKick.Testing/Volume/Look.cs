namespace CloudKick.Testing.Volume;

/// <summary>Whose eyes look.</summary>
public enum Reader
{
    /// <summary>An admin of the merchant, signed in to the pages.</summary>
    Admin,

    /// <summary>Platform support, signed in to the pages.</summary>
    Support,

    /// <summary>A platform operator, signed in to the pages.</summary>
    Operator,

    /// <summary>The merchant's API key, with every scope that a merchant's key may have.</summary>
    Key,

    /// <summary>A platform operator's API key.</summary>
    PlatformKey,
}

/// <summary>A page or a list that somebody opens.</summary>
/// <param name="Route">The endpoint's route, as it is mapped.</param>
/// <param name="What">What is looked for there; empty: nothing in particular.</param>
/// <param name="Reader">Who opens it.</param>
/// <param name="Merchant">Whose data; null: everybody's.</param>
/// <param name="Path">Path and query.</param>
public sealed record Look(string Route, string What, Reader Reader, VolumeMerchant? Merchant, string Path)
{
    /// <summary>Names it in a table, whichever merchant's it is.</summary>
    public string Name => What.Length == 0 ? Route : $"{Route} {What}";
}
