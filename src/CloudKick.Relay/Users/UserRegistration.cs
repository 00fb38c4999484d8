using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Users;

/// <summary>Adds people: who they are, how they sign in, what they may do.</summary>
internal static class UserRegistration
{
    public static IServiceCollection AddUsers(this IServiceCollection services)
    {
        services.AddFeatureOptions<UserOptions>(UserOptions.Section);
        services.AddKeyRing();
        services.AddSingleton<UserRegistry>();
        services.AddSingleton<UserSessions>();
        services.AddSingleton<SignInFailures>();
        services.AddSingleton<SecondFactors>();
        services.AddSingleton<SignInSteps>();
        services.AddSingleton<Accounts>();
        return services.AddSingleton<OneTimeLinks>();
    }
}
