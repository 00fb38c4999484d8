using CloudKick.Relay.Hosting;
using CloudKick.Tas;

namespace CloudKick.Relay.Sessions;

/// <summary>Adds what keeps note of terminals' sessions.</summary>
internal static class SessionRegistration
{
    public static IServiceCollection AddSessions(this IServiceCollection services)
    {
        services.AddFeatureOptions<SessionOptions>(SessionOptions.Section);
        services.AddSingleton<SessionStore>();
        services.AddSingleton<ITasGate, SessionGate>();
        // They stop in the opposite order, after the web server: the last ends are recorded, then the node takes its leave.
        services.AddHosted<NodeHeartbeat>();
        services.AddHosted<SessionEnds>();
        services.AddHosted<SessionReconciler>();
        return services;
    }
}
