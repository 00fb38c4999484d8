using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Terminals.Certificates;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Terminals.Parameters;
using CloudKick.Relay.Terminals.States;
using CloudKick.Relay.Terminals.Transfers;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Terminals;

/// <summary>Adds terminals to the relay.</summary>
internal static class TerminalRegistration
{
    public static IServiceCollection AddTerminals(this IServiceCollection services)
    {
        services.AddFeatureOptions<ProvisioningOptions>(ProvisioningOptions.Section);
        services.AddSingleton<TerminalDirectory>().AddSingleton<TerminalStates>().AddSingleton<TerminalTransfers>().AddSingleton<TransferSearch>().AddSingleton<ParameterSheets>().AddSingleton<TerminalImport>();
        services.AddSingleton<TerminalCertificates>().AddSingleton<CertificateAnswers>().AddSingleton<CloudThings>().AddSingleton<CloudConnections>();
        services.AddSingleton(provider => new TerminalRegistry(
            provider.GetRequiredService<TenantDatabase>(), provider.GetRequiredService<IOptions<RelayMqttOptions>>().Value.ClientIdPrefix));
        return services.AddJsonContext(TerminalJson.Default);
    }
}
