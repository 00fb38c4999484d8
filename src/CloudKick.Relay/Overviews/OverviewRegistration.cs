namespace CloudKick.Relay.Overviews;

/// <summary>Adds overviews of what happens now.</summary>
internal static class OverviewRegistration
{
    public static IServiceCollection AddOverviews(this IServiceCollection services) => services.AddSingleton<OverviewBoard>();
}
