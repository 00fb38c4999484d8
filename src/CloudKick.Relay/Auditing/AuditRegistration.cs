using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Auditing;

/// <summary>Adds reading of the audit log; it is written by whatever changes something, in the same transaction.</summary>
internal static class AuditRegistration
{
    public static IServiceCollection AddAuditing(this IServiceCollection services) =>
        services.AddSingleton<AuditLog>().AddJsonContext(AuditJson.Default);
}
