using CloudKick.Relay.Database;

namespace CloudKick.Relay.Merchants;

/// <summary>What <c>cloudkick local</c> makes, and the examples of the API's description name: so that they work when pasted.</summary>
public static class DemoIds
{
    /// <summary>The first simulated terminal; the next is NL000102.</summary>
    public const string Terminal = "NL000101";

    /// <summary>The demo's merchant.</summary>
    public static MerchantId Merchant { get; } = new(new Guid("0199de40-0000-7000-8000-00000000de30"));

    /// <summary>Another merchant, for examples that need two; <c>local</c> makes only one.</summary>
    public static MerchantId OtherMerchant { get; } = new(new Guid("0199de40-0000-7000-8000-00000000de31"));
}
