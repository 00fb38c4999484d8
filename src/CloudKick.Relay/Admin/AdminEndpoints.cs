using CloudKick.Relay.Hosting;
using CloudKick.Relay.Security;

namespace CloudKick.Relay.Admin;

/// <summary>What the platform's operators do with merchants and keys, and merchants with their own keys.</summary>
internal static class AdminEndpoints
{
    public static IServiceCollection AddAdmin(this IServiceCollection services) => services.AddJsonContext(AdminJson.Default);

    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/v1/admin").RequireScope(Scopes.PlatformRead, Scopes.PlatformAdmin);
        admin.MapMerchants();
        admin.MapApiKeys();
        routes.MapOwnApiKeys();
    }
}
