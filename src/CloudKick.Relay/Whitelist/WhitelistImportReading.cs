using CloudKick.Relay.Database;
using CloudKick.Relay.Terminals;

namespace CloudKick.Relay.Whitelist;

/// <summary>Reads an import of a merchant's, whose terminals are importable whatever their ids look like.</summary>
internal static class WhitelistImportReading
{
    /// <summary>Reads it: a second time when an id that looks like a card number is that of a terminal of the merchant's.</summary>
    /// <param name="terminals">Which terminals there are.</param>
    /// <param name="merchant">Whose import.</param>
    /// <param name="read">Reads it, given the ids that are the merchant's although they look like card numbers; null: none is known.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<WhitelistImportFile> ReadImportAsync(
        this TerminalDirectory terminals, MerchantId merchant, Func<IReadOnlySet<string>?, WhitelistImportFile> read, CancellationToken cancellationToken)
    {
        var file = read(null);
        if (file.CardNumbers.Count == 0)
            return file;
        var registered = await terminals.FindAmongAsync(merchant, file.CardNumbers, cancellationToken);
        return registered.Count == 0 ? file : read(registered);
    }
}
