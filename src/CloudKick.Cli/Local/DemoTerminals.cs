using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Terminals;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Relay.Database;
using CloudKick.Relay.Terminals;
using CloudKick.Terminal;

namespace CloudKick.Cli.Local;

/// <summary>
/// The simulated terminals of <c>local</c>: NL000101, NL000102, … One whose id another client connects with steps aside for good:
/// a developer's own terminal must not fight with it.
/// </summary>
internal sealed class DemoTerminals : IAsyncDisposable
{
    public const string ManagementSystem = "GrundmasterNL";
    public const string MqttAlpn = "x-amzn-mqtt-ca";
    private const int First = 101;
    private const int MaximumTakenOver = 1_000; // those beyond come back, are taken over again, and have their turn then

    private readonly Channel<string> _takenOver = Channel.CreateBounded<string>(
        new BoundedChannelOptions(MaximumTakenOver) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private readonly Action<TerminalEvent> _observer;
    private readonly TerminalFleet _fleet;
    private readonly Screen _screen;
    private readonly Task _steppingAside;

    private DemoTerminals(IReadOnlyList<string> ids, LocalCloudServer cloud, IotState iot, Action<TerminalEvent> observer, Screen screen)
    {
        _observer = observer;
        _screen = screen;
        _fleet = new TerminalFleet(Options(ids, cloud, iot));
        _steppingAside = StepAsideAsync();
    }

    public static IReadOnlyList<string> Ids(int count) =>
        [.. Enumerable.Range(First, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"NL{number:000000}"))];

    /// <summary>Registers them for the merchant and puts them on its whitelist, as far as they are not.</summary>
    public static async Task RegisterAsync(IReadOnlyList<string> ids, MerchantId merchant, TenantDatabase database, CancellationToken cancellationToken)
    {
        var registration = new TerminalRegistration(database);
        foreach (var id in ids)
            await registration.RegisterAsync(new NewTerminal(id, ManagementSystem) { Merchant = merchant }, cancellationToken);
        await registration.WhitelistAsync(merchant, ids, cancellationToken);
    }

    /// <summary>Connects them.</summary>
    /// <exception cref="CliException">Some could not.</exception>
    public static async Task<DemoTerminals> StartAsync(
        IReadOnlyList<string> ids, LocalCloudServer cloud, IotState iot, Action<TerminalEvent> observer, Screen screen,
        Action<string> progress, CancellationToken cancellationToken)
    {
        var terminals = new DemoTerminals(ids, cloud, iot, observer, screen);
        try
        {
            var failures = await terminals._fleet.StartAsync(new Counter(progress), cancellationToken);
            return failures is [var first, ..]
                ? throw new CliException(ExitCode.Failed, $"{failures.Count} of {ids.Count} terminals could not connect, {first.TerminalId} because: {first.Cause}")
                : terminals;
        }
        catch
        {
            await terminals.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _takenOver.Writer.TryComplete();
        await _steppingAside;
        await _fleet.DisposeAsync();
    }

    private IEnumerable<TerminalOptions> Options(IReadOnlyList<string> ids, LocalCloudServer cloud, IotState iot)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(cloud.CaFile);
        return ids.Select(id => new TerminalOptions
        {
            TerminalId = id,
            Mqtt = new MqttEndpoint(LocalRelay.Loopback, iot.Port)
            {
                Tls = new MqttTlsOptions
                {
                    ServerName = iot.Host,
                    ApplicationProtocols = [MqttAlpn],
                    ClientCertificate = cloud.IssueDeviceCertificate(id).ToX509Certificate(),
                    TrustedRoots = roots,
                },
            },
            Observer = Observe,
        });
    }

    private void Observe(TerminalEvent happened)
    {
        if (happened is TerminalEvent.Disconnected { TakenOver: true })
            _takenOver.Writer.TryWrite(happened.TerminalId);
        _observer(happened);
    }

    private async Task StepAsideAsync()
    {
        await foreach (var id in _takenOver.Reader.ReadAllAsync())
        {
            if (await _fleet.StopAsync(id))
                _screen.Note($"{id} is played by another client now; the simulated one has stepped aside.");
        }
    }

    // Progress<T> would post to the pool, after the work may have ended.
    private sealed class Counter(Action<string> progress) : IProgress<FleetProgress>
    {
        private const int EveryTerminals = 100;

        public void Report(FleetProgress value)
        {
            if (value.Started % EveryTerminals == 0)
                progress($"{value.Started} of {value.Total} terminals");
        }
    }
}
