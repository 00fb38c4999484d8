namespace CloudKick.Relay.Merchants;

/// <summary>Adds merchants.</summary>
internal static class MerchantRegistration
{
    public static IServiceCollection AddMerchants(this IServiceCollection services) => services.AddSingleton<MerchantRegistry>();
}
