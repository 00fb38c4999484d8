using System.Diagnostics.Metrics;
using System.Threading.Channels;
using CloudKick.Relay.Presence;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Presence;

[CancelAfter(120_000)]
internal sealed class PresenceRecorderTests
{
    private Shop _shop = null!;
    private ServiceProvider _services = null!;
    private ScriptedSource _source = null!;
    private PresenceRecorder _recorder = null!;

    [SetUp]
    public async Task OpenShop()
    {
        _shop = await Shop.OpenAsync();
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _source = new ScriptedSource();
        _recorder = new PresenceRecorder(
            [_source], new PresenceStore(_shop.Tenants), new PresenceMetrics(_services.GetRequiredService<IMeterFactory>()),
            Options.Create(new PresenceOptions()), TimeProvider.System, NullLogger<PresenceRecorder>.Instance);
        await _recorder.StartAsync(CancellationToken.None);
    }

    [TearDown]
    public async Task CloseShop()
    {
        await _recorder.StopAsync(CancellationToken.None);
        _recorder.Dispose();
        await _services.DisposeAsync();
        await _shop.DisposeAsync();
    }

    [Test]
    public async Task A_terminal_that_connects_is_online_and_one_that_leaves_is_not(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);

        await _source.DeliverAsync(Event("T1", true, 1), cancellationToken);
        var online = await PresenceAsync("T1", "online", cancellationToken);
        await _source.DeliverAsync(Event("T1", false, 1), cancellationToken);
        var offline = await PresenceAsync("T1", "offline", cancellationToken);

        Assert.That(online.IpAddress, Is.EqualTo("192.0.2.7"));
        Assert.That(offline.LastDisconnectReason, Is.EqualTo("CONNECTION_LOST"));
        Assert.That(offline.LastConnectedAt, Is.Not.Null, "events of one client that come at once are judged one by one");
    }

    [Test]
    public async Task Events_in_a_crowd_are_sorted_per_client(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await _shop.AddTerminalAsync("T2", _shop.Bakery, cancellationToken);
        PresenceEvent[] events =
        [
            Event("T1", true, 1), Event("T1", false, 1), Event("T2", true, 5), Event("T1", true, 2), Event("T1", true, 2),
            // Late: the takeover's disconnect of the connection before.
            Event("T1", false, 1), Event("T2", false, 4), Event("somebody-else", true, 1),
        ];

        foreach (var next in events)
            await _source.DeliverAsync(next, cancellationToken);
        await _recorder.StopAsync(cancellationToken);

        Assert.That((await PresenceAsync("T1", "online", cancellationToken)).State, Is.EqualTo("online"));
        Assert.That((await PresenceAsync("T2", "online", cancellationToken)).State, Is.EqualTo("online"));
    }

    [Test]
    public async Task Events_of_an_outage_are_recorded_after_it(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);
        await using (await DatabaseOutage.BeginAsync(_shop.Database, cancellationToken))
        {
            await _source.DeliverAsync(Event("T1", true, 1), cancellationToken);
            await _source.DeliverAsync(Event("T1", false, 1), cancellationToken);
            await _source.DeliverAsync(Event("T1", true, 2), cancellationToken);
        }

        await PresenceAsync("T1", "online", cancellationToken);
        await _recorder.StopAsync(cancellationToken);
        Assert.That((await PresenceAsync("T1", "online", cancellationToken)).LastDisconnectReason, Is.EqualTo("CONNECTION_LOST"));
    }

    [Test]
    public async Task An_event_that_the_database_refuses_holds_nobody_up(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);

        await _source.DeliverAsync(Event("T1", true, 1) with { ClientId = "a\0b" }, cancellationToken);
        await _source.DeliverAsync(Event("T1", true, 1), cancellationToken);

        await PresenceAsync("T1", "online", cancellationToken);
    }

    [Test]
    public async Task What_was_taken_is_recorded_when_the_node_stops(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("T1", _shop.Bakery, cancellationToken);

        await _source.DeliverAsync(Event("T1", true, 1), cancellationToken);
        await _recorder.StopAsync(cancellationToken);

        var row = await new TerminalDirectory(_shop.Tenants).FindAsync(_shop.Bakery, "T1", cancellationToken);
        Assert.That(row!.Connected, Is.True);
    }

    [Test]
    public async Task A_source_that_fails_ends_the_recorder(CancellationToken cancellationToken)
    {
        await _source.DeliverAsync(Event("T1", true, 1), cancellationToken);

        _source.Fail(new InvalidOperationException("no certificate"));

        Assert.That(async () => await _recorder.ExecuteTask!.WaitAsync(cancellationToken), Throws.InvalidOperationException);
    }

    private static PresenceEvent Event(string client, bool connected, long version) => new(
        client, connected, version, $"s{version}", TimeProvider.System.GetUtcNow(), connected ? null : "CONNECTION_LOST", connected ? "192.0.2.7" : null);

    /// <summary>Waits until the presence is as expected.</summary>
    private Task<PresenceAnswer> PresenceAsync(string terminalId, string expected, CancellationToken cancellationToken)
    {
        var directory = new TerminalDirectory(_shop.Tenants);
        return Eventually.HoldsAsync(
            async () => TerminalAnswer.From((await directory.FindAsync(_shop.Bakery, terminalId, cancellationToken))!).Presence,
            presence => presence.State == expected,
            cancellationToken);
    }

    private sealed class ScriptedSource : IPresenceSource
    {
        private readonly Channel<(PresenceEvent Event, TaskCompletionSource Taken)> _script = Channel.CreateUnbounded<(PresenceEvent, TaskCompletionSource)>();

        /// <summary>Completes when the recorder has taken it.</summary>
        public async Task DeliverAsync(PresenceEvent next, CancellationToken cancellationToken)
        {
            var taken = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            await _script.Writer.WriteAsync((next, taken), cancellationToken);
            await taken.Task.WaitAsync(cancellationToken);
        }

        public void Fail(Exception exception) => _script.Writer.Complete(exception);

        public string? Fault => null;

        public async Task RunAsync(PresenceDelivery deliver, CancellationToken stoppingToken)
        {
            try
            {
                while (await _script.Reader.WaitToReadAsync(stoppingToken))
                {
                    while (_script.Reader.TryRead(out var next))
                    {
                        await deliver(next.Event, stoppingToken);
                        next.Taken.SetResult();
                    }
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                // Stopping.
            }
        }
    }
}
