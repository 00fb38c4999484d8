using CloudKick.Relay.Hosting;

namespace CloudKick.Relay.Terminals;

/// <summary>Adds terminals to the relay.</summary>
internal static class TerminalRegistration
{
    public static IServiceCollection AddTerminals(this IServiceCollection services) =>
        services.AddSingleton<TerminalDirectory>().AddSingleton<TerminalRegistry>().AddJsonContext(TerminalJson.Default);
}
