using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Diagnosis;

/// <summary>Adds the doctor to the relay.</summary>
internal static class DiagnosisRegistration
{
    public static IServiceCollection AddDiagnosis(this IServiceCollection services)
    {
        services.AddSingleton<DiagnosisStore>();
        services.AddSingleton<TerminalSubscriptions>();
        services.AddSingleton<Doctor>();
        services.AddHosted<RefusedKicks>();
        return services.AddJsonContext(DiagnosisJson.Default);
    }
}
