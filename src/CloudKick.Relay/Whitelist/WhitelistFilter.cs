namespace CloudKick.Relay.Whitelist;

/// <summary>Which entries are wanted.</summary>
/// <param name="Prefix">How the terminal ids begin, in this case; empty for all.</param>
/// <param name="Search">A part of the terminal id or the label, in any case; empty for all.</param>
/// <param name="State">In which state.</param>
public sealed record WhitelistFilter(string Prefix = "", string Search = "", WhitelistState State = WhitelistState.Any);

/// <summary>The states of an entry.</summary>
public enum WhitelistState
{
    /// <summary>All of them.</summary>
    Any,

    /// <summary>Kicks are let through.</summary>
    Active,

    /// <summary>It was enabled until a moment that has passed.</summary>
    Expired,

    /// <summary>No terminal with this id is registered to the merchant.</summary>
    Unregistered,
}
