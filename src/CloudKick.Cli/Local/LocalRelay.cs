using System.Globalization;
using CloudKick.Cli.CommandLine;
using CloudKick.Relay;
using CloudKick.Relay.Hosting;
using CloudKick.Tas;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CloudKick.Cli.Local;

/// <summary>The relay with its TAS, in this process: the same application as in production, with settings for one machine.</summary>
internal sealed class LocalRelay : IAsyncDisposable
{
    public const string Loopback = "127.0.0.1";

    // What Terraform calls policy and thing type, and LocalCloud has from the start.
    private const string TerminalPolicy = "cloudkick-terminal";

    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(50);

    private readonly WebApplication _application;

    private LocalRelay(WebApplication application) => _application = application;

    public string Url => string.Create(CultureInfo.InvariantCulture, $"http://{Loopback}:{_application.Services.GetRequiredService<HttpEndpoint>().Port}");

    public int TasPort => _application.Services.GetRequiredService<TasListener>().Port;

    /// <summary>Starts it; returns when it is ready: database and cloud connected.</summary>
    public static async Task<LocalRelay> StartAsync(
        LocalSettings settings, LocalDatabase database, IotState iot, ILoggerProvider logs, CancellationToken cancellationToken)
    {
        var builder = RelayApplication.CreateBuilder([]);
        builder.Configuration.AddInMemoryCollection(Settings(settings, database, iot));
        builder.Logging.ClearProviders().AddProvider(logs)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // asked while it starts, it is not well yet
        builder.Services.AddSingleton<IHostLifetime, EmbeddedLifetime>();
        LocalRelay? relay = null;
        try
        {
            relay = new LocalRelay(RelayApplication.Build(builder));
            await relay._application.StartAsync(cancellationToken);
            await relay.WaitUntilHealthyAsync(cancellationToken);
            return relay;
        }
        catch (Exception fault)
        {
            if (relay is not null)
                await relay.DisposeAsync();
            // A port that is taken has a better name than the relay can give it.
            if (fault is not IOException && StartupFaults.Describe(fault) is { } faults)
                throw new CliException(ExitCode.Failed, $"The relay cannot start: {string.Join(' ', faults)}");
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _application.StopAsync();
        await _application.DisposeAsync();
    }

    private static Dictionary<string, string?> Settings(LocalSettings settings, LocalDatabase database, IotState iot) => new()
    {
        ["ConnectionStrings:CloudKick"] = database.Relay,
        ["CloudKick:Http:Address"] = Loopback,
        ["CloudKick:Http:Port"] = Text(settings.HttpPort),
        ["CloudKick:Http:ShutdownTimeout"] = "00:00:10",
        ["CloudKick:Mqtt:Host"] = iot.Host,
        ["CloudKick:Mqtt:Port"] = Text(iot.Port),
        ["CloudKick:Mqtt:CaFile"] = iot.CaFile,
        ["CloudKick:Mqtt:CertificateFile"] = iot.CertificateFile,
        ["CloudKick:Mqtt:PrivateKeyFile"] = iot.PrivateKeyFile,
        ["CloudKick:Aws:Region"] = iot.Region,
        ["CloudKick:Aws:DataEndpoint"] = $"{iot.Host}:{Text(iot.Port)}",
        ["CloudKick:Aws:ControlEndpoint"] = $"{iot.Host}:{Text(iot.Port)}",
        ["CloudKick:Aws:CaFile"] = iot.CaFile,
        ["CloudKick:Aws:CredentialsFile"] = iot.CredentialsFile,
        ["CloudKick:Aws:Profile"] = "relay",
        ["CloudKick:Provisioning:PolicyName"] = TerminalPolicy,
        ["CloudKick:Provisioning:ThingTypeName"] = TerminalPolicy,
        ["CloudKick:Tas:Address"] = Loopback,
        ["CloudKick:Tas:Port"] = Text(settings.TasPort),
        ["CloudKick:Tas:PublicHost"] = Loopback,
        // A newcomer looks first, and protects what is worth it later.
        ["CloudKick:Users:RequireSecondFactor"] = "Nobody",
        // A key that is made here says so, like the demo's own.
        ["CloudKick:Security:Environment"] = "local",
    };

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    // More than ready: the demo kick shall show every step, and a degraded node may lack one.
    private async Task WaitUntilHealthyAsync(CancellationToken cancellationToken)
    {
        var checks = _application.Services.GetRequiredService<HealthCheckService>();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ReadyTimeout);
        HealthReport? last = null;
        try
        {
            while ((last = await checks.CheckHealthAsync(deadline.Token)).Status != HealthStatus.Healthy)
                await Task.Delay(ReadyInterval, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            var faults = last?.Entries.Where(entry => entry.Value.Status != HealthStatus.Healthy).Select(entry => $"{entry.Key}: {entry.Value.Description}");
            throw new CliException(
                ExitCode.Failed, $"The relay was not ready within {ReadyTimeout.TotalSeconds:0} s: {string.Join("; ", faults ?? ["no check answered"])}", "--verbose shows what it does.");
        }
    }

    /// <summary>Leaves Ctrl-C and termination to <c>local</c>, which stops its parts in order.</summary>
    private sealed class EmbeddedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
