using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>A form's field that names a merchant: by its id, or by its whole name where no other merchant has it.</summary>
internal static class MerchantField
{
    /// <summary>How many merchants the field offers, the newest.</summary>
    public const int Offered = 200;

    /// <summary>What the field's text may be long: a name is longer than an id.</summary>
    public const int MaximumLength = MerchantRegistry.MaximumNameLength;

    /// <summary>The merchant that is meant; else the key of the text that says what is wrong. An id is taken as it is.</summary>
    public static async Task<(MerchantId Merchant, string? Fault)> ReadAsync(MerchantRegistry merchants, string? text, CancellationToken cancellationToken)
    {
        var given = text?.Trim() ?? "";
        if (Guid.TryParse(given, out var id))
            return (new MerchantId(id), null);
        var named = given.Length == 0 ? [] : await merchants.NamedAsync(given, limit: 2, cancellationToken);
        return named switch
        {
            [var only] => (new MerchantId(only.MerchantId), null),
            [] => (default, "Terminals.BadMerchant"),
            _ => (default, "Terminals.AmbiguousMerchant"),
        };
    }
}
