using CloudKick.Cli.CommandLine;
using CloudKick.LocalCloud;
using CloudKick.Relay.Database;
using CloudKick.Terminal;
using Microsoft.Extensions.Logging;
using Npgsql;
using Spectre.Console;

namespace CloudKick.Cli.Local;

/// <summary>All parts of CloudKick in one process, started one after the other and stopped in the opposite order.</summary>
internal sealed class LocalStack : IAsyncDisposable
{
    private readonly Stack<(string Name, Func<ValueTask> StopAsync)> _parts = [];
    private readonly Screen _screen;

    // More than any part takes that keeps its own bounds: only a fault reaches it.
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(20);

    private LocalStack(Screen screen) => _screen = screen;

    public LocalState State { get; private set; } = null!;

    public static async Task<LocalStack> StartAsync(
        LocalSettings settings, Screen screen, Action<TerminalEvent> observer, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var stack = new LocalStack(screen);
        try
        {
            await stack.StartPartsAsync(settings, new Steps(screen.Error, timeProvider), observer, timeProvider, cancellationToken);
            return stack;
        }
        catch
        {
            await stack.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops all of it; what does not stop in time or fails is said, and the next part's turn comes.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_parts.TryPop(out var part))
        {
            try
            {
                await part.StopAsync().AsTask().WaitAsync(StopTimeout);
            }
            catch (Exception fault) // the other parts must stop whatever this one does
            {
                _screen.Error.WriteLine($"Stopping {part.Name}: {fault.Message}");
            }
        }
    }

    private async Task StartPartsAsync(
        LocalSettings settings, Steps steps, Action<TerminalEvent> observer, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        PrepareDirectory(settings);
        var logs = new StandardErrorLogs(_screen, settings.Verbose ? LogLevel.Information : LogLevel.Warning);
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Information).AddProvider(logs));

        var database = Keep("the database", await steps.RunAsync(
            "PostgreSQL", progress => LocalDatabase.StartAsync(settings, progress, cancellationToken), started => started.Description));
        var cloud = Keep("the cloud", await steps.RunAsync(
            "Cloud", _ => LocalPort.ListenAsync(() => StartCloudAsync(settings, loggers, cancellationToken), LocalPort.Iot(settings)),
            started => $"Cloud (AWS IoT Core's stand-in) on port {started.Port}"));
        var iot = IssueRelayCertificate(settings, cloud);

        await using var owner = NpgsqlDataSource.Create(database.Owner);
        var tenants = new TenantDatabase(owner);
        var ids = DemoTerminals.Ids(settings.Terminals);
        DemoPeople? people = null;
        var demo = await steps.RunAsync(
            "Demo merchant",
            async _ =>
            {
                await ForgetPresenceAsync(owner, cancellationToken);
                var merchant = await DemoMerchant.EnsureAsync(settings, tenants, timeProvider, cancellationToken);
                await DemoTerminals.RegisterAsync(ids, new MerchantId(merchant.MerchantId), tenants, cancellationToken);
                people = await DemoPeople.EnsureAsync(settings, tenants, new MerchantId(merchant.MerchantId), cancellationToken);
                return merchant;
            },
            _ => $"Merchant \"{DemoMerchant.Name}\" with {ids.Count} terminals");
        var relay = Keep("the relay", await steps.RunAsync(
            "Relay",
            _ => LocalPort.ListenAsync(
                () => LocalRelay.StartAsync(settings, database, iot, logs, cancellationToken), LocalPort.Http(settings), LocalPort.Tas(settings)),
            started => $"Relay at {started.Url}, TAS on port {started.TasPort}"));
        if (ids.Count > 0)
        {
            Keep("the terminals", await steps.RunAsync(
                "Terminals", progress => DemoTerminals.StartAsync(ids, cloud, iot, observer, _screen, progress, cancellationToken),
                _ => $"{ids.Count} simulated terminals connected"));
        }

        State = new LocalState
        {
            RelayUrl = relay.Url,
            SwaggerUrl = relay.Url + "/swagger",
            ApiKey = demo.ApiKey,
            AdminKey = demo.AdminKey,
            PagesUrl = relay.Url,
            AdminEmail = people!.AdminEmail,
            OperatorEmail = people.OperatorEmail,
            Password = people.Password,
            MerchantId = demo.MerchantId,
            MerchantName = DemoMerchant.Name,
            Terminals = ids,
            Iot = iot,
            Tas = new TasState(LocalRelay.Loopback, relay.TasPort),
            Database = database.Owner,
            RelayDatabase = database.Relay,
            DatabaseUrl = database.OwnerUrl,
            DataDirectory = settings.DataDirectory,
            Ephemeral = settings.Ephemeral,
            ProcessId = Environment.ProcessId,
            StartedAt = timeProvider.GetUtcNow(),
        };
    }

    // The cloud's memory is new with each start, and its version numbers begin again: what an earlier one said of who is connected
    // would outrank what this one says.
    private static async Task ForgetPresenceAsync(NpgsqlDataSource owner, CancellationToken cancellationToken)
    {
        await using var command = owner.CreateCommand("delete from terminal_presence");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private T Keep<T>(string name, T part)
        where T : IAsyncDisposable
    {
        _parts.Push((name, part.DisposeAsync));
        return part;
    }

    private void PrepareDirectory(LocalSettings settings)
    {
        try
        {
            PrivateDirectories.CreateOpen(settings.DataDirectory);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new CliException(ExitCode.Failed, $"{settings.DataDirectory} cannot be made: {denied.Message}", "Choose another place with --data.");
        }

        if (settings.Ephemeral)
        {
            _parts.Push(("the data directory", () =>
            {
                Directory.Delete(settings.DataDirectory, recursive: true);
                return ValueTask.CompletedTask;
            }));
        }
    }

    private static Task<LocalCloudServer> StartCloudAsync(LocalSettings settings, ILoggerFactory loggers, CancellationToken cancellationToken) =>
        LocalCloudServer.StartAsync(
            new LocalCloudOptions { Port = settings.IotPort, DataDirectory = settings.CloudDirectory }, loggers, cancellationToken: cancellationToken);

    private static IotState IssueRelayCertificate(LocalSettings settings, LocalCloudServer cloud)
    {
        cloud.IssueDeviceCertificate("relay").WriteTo(settings.RelayDirectory);
        return new IotState(
            "localhost", // AWS wants a server name, and an IP address is none
            cloud.Port,
            cloud.CaFile,
            Path.Combine(settings.RelayDirectory, DeviceCertificate.CertificateFile),
            Path.Combine(settings.RelayDirectory, DeviceCertificate.PrivateKeyFile),
            cloud.CredentialsFile,
            new LocalCloudOptions { DataDirectory = settings.CloudDirectory }.Region);
    }
}
