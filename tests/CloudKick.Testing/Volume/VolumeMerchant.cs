using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;

namespace CloudKick.Testing.Volume;

/// <summary>One of a stored volume's merchants, and something of each kind that is its own, to look at.</summary>
/// <param name="Id">The merchant.</param>
/// <param name="TerminalId">A terminal that is kicked often.</param>
/// <param name="NewestKick">That terminal's newest kick.</param>
/// <param name="OldestKick">The merchant's oldest kick.</param>
/// <param name="Reference">The newest kick's reference.</param>
/// <param name="ApiKeyId">An API key's public id.</param>
/// <param name="UserId">Somebody who works there.</param>
public sealed record VolumeMerchant(
    MerchantId Id, string TerminalId, KickId NewestKick, KickId OldestKick, string Reference, string ApiKeyId, Guid UserId);
