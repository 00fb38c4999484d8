using System.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Cli.Merchants;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;

namespace CloudKick.Cli.Users;

/// <summary>Whose people a command is about.</summary>
internal sealed record OwnerOptions(Option<string?> Merchant, Option<bool> Platform)
{
    public static OwnerOptions Of(string platform) => new(MerchantChoice.Option(), new Option<bool>("--platform") { Description = platform });

    /// <summary>The merchant; null: the platform.</summary>
    public Task<MerchantId?> ResolveAsync(
        ParseResult parsed, TenantDatabase database, TimeProvider timeProvider, LocalState? local, CancellationToken cancellationToken) =>
        new MerchantRegistry(database, timeProvider).OwnerAsync(parsed.GetValue(Platform), parsed.GetValue(Merchant), local, cancellationToken);
}
