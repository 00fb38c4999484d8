using System.Net;
using CloudKick.Testing;
using Microsoft.Extensions.Logging;

namespace CloudKick.Tas.Tests;

/// <summary>Starts servers on free loopback ports and stops them after the test.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
internal abstract class TasFixture
{
    private readonly List<IAsyncDisposable> _servers = [];

    protected static TasOptions Options { get; } = new() { Address = IPAddress.Loopback, Port = 0 };

    protected RecordingGate Gate { get; } = new();

    /// <summary>What the servers logged.</summary>
    protected LogRecords Logs { get; } = new();

    /// <summary>Starts a server; without a clock of the test's it has one that stands still, so that no deadline passes.</summary>
    protected async Task<TasServer> StartAsync(CancellationToken cancellationToken, TasOptions? options = null, TimeProvider? timeProvider = null)
    {
        var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(Logs));
        var server = await TasServer.StartAsync(options ?? Options, Gate, loggers, timeProvider ?? new ManualTimeProvider(), cancellationToken);
        _servers.Add(server);
        return server;
    }

    [TearDown]
    public async Task StopServers()
    {
        foreach (var server in _servers)
            await server.DisposeAsync();
    }
}
