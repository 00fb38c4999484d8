using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Whitelist;

/// <summary>Adds the whitelist to the relay.</summary>
internal static class WhitelistRegistration
{
    public static IServiceCollection AddWhitelist(this IServiceCollection services) =>
        services.AddSingleton<MerchantWhitelist>().AddJsonContext(WhitelistJson.Default);
}
