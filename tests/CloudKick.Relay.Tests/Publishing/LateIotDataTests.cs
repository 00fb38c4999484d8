using System.Collections.Concurrent;
using CloudKick.LocalCloud;
using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Tests.Database;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Npgsql;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>What had to wait on its way to the cloud's HTTPS API leaves only if it still may, with the life that is left then.</summary>
[CancelAfter(60_000)]
internal sealed class LateIotDataTests
{
    private const string Terminal = "NL000123";
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly ConcurrentQueue<AcceptedPublish> _published = [];
    private string _directory = null!;
    private Shop _shop = null!;
    private ManualTimeProvider _cloudsClock = null!;
    private LocalCloudServer _cloud = null!;

    [SetUp]
    public async Task StartCloud()
    {
        _published.Clear();
        _directory = Directory.CreateTempSubdirectory("cloudkick-late-").FullName;
        _cloudsClock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        _cloud = await LocalCloudServer.StartAsync(
            new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(_directory, "cloud") }, timeProvider: _cloudsClock);
        _cloud.Control.PublishAccepted = _published.Enqueue;
        _cloud.IssueDeviceCertificate("relay").WriteTo(_directory);
        _shop = await Shop.OpenAsync();
    }

    [TearDown]
    public async Task StopCloud()
    {
        await _shop.DisposeAsync();
        await _cloud.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Test]
    public async Task A_kick_whose_terminal_leaves_the_whitelist_while_another_request_is_under_way_is_not_sent(CancellationToken cancellationToken)
    {
        var delay = TimeSpan.FromSeconds(1);
        await using var test = Create(_shop.Tenants);
        var kick = await _shop.AddKickedTerminalAsync(Terminal, _shop.Bakery, cancellationToken);
        _cloud.Control.Order(new CloudFault(CloudFaultKind.Delay, "relay") { Delay = delay, Count = 1 });
        var first = test.Https.PublishAsync(TransportUnderTest.Attempt(), TransportUnderTest.Message(), Life, Patience);
        await _cloud.Control.WaitForPublishedAsync("NL-CAT/NL000123", 1, cancellationToken);

        var attempt = Fresh(kick);
        var waiting = test.Https.PublishAsync(attempt, TransportUnderTest.Message(), Life, Patience);
        await using (var command = _shop.Database.Owner.CreateCommand("delete from whitelist_entries"))
            await command.ExecuteNonQueryAsync(cancellationToken);
        // It stands there for longer than the database's word holds.
        await Eventually.HoldsAsync(() => TimeProvider.System.GetElapsedTime(attempt.CheckedTimestamp) > LateCheck.Holds, cancellationToken);
        await _cloudsClock.WaitForTimerAsync(delay, cancellationToken);
        _cloudsClock.Advance(delay);

        Assert.That((await first).Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That((await waiting).Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        Assert.That(_published, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_kick_whose_terminal_leaves_the_whitelist_while_its_thing_is_looked_up_is_not_sent(CancellationToken cancellationToken)
    {
        await using var test = Create(_shop.Tenants);
        using var direct = test.CreateDirect(_shop.Tenants);
        var kick = await _shop.AddKickedTerminalAsync(Terminal, _shop.Bakery, cancellationToken);
        await using var terminals = await TableLock.TakeAsync(_shop.Database, "terminals", cancellationToken);

        var attempt = Fresh(kick);
        var waiting = direct.PublishAsync(attempt, TransportUnderTest.Message(), Life, Patience);
        await terminals.IsWaitedForAsync(LateCheck.Holds, attempt.CheckedTimestamp, cancellationToken);
        await terminals.ExecuteAsync("delete from whitelist_entries", cancellationToken);
        await terminals.CommitAsync(cancellationToken);

        var result = await waiting;
        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        Assert.That(result.Detail, Does.Contain("left the whitelist"));
    }

    [Test]
    public async Task A_kick_whose_last_second_begins_while_the_database_is_asked_about_it_is_not_sent(CancellationToken cancellationToken)
    {
        await using var test = Create(_shop.Tenants);
        var kick = await _shop.AddKickedTerminalAsync(Terminal, _shop.Bakery, cancellationToken);
        await using var whitelist = await TableLock.TakeAsync(_shop.Database, "whitelist_entries", cancellationToken);

        var late = Fresh(kick) with { CheckedTimestamp = TimeProvider.System.GetTimestamp() - TimeProvider.System.TimestampFrequency };
        var waiting = test.Https.PublishAsync(late, TransportUnderTest.Message(), TimeSpan.FromSeconds(1.5), Patience);
        // By then its life has begun to pass.
        var started = TimeProvider.System.GetTimestamp();
        await whitelist.IsWaitedForAsync(TimeSpan.FromSeconds(0.6), started, cancellationToken);
        await whitelist.CommitAsync(cancellationToken);

        var result = await waiting;
        Assert.That(result.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        Assert.That(result.Detail, Does.Contain("less than a second"));
        Assert.That(_published, Is.Empty);
    }

    [Test]
    public async Task A_look_that_fails_keeps_no_place(CancellationToken cancellationToken)
    {
        var gone = NpgsqlDataSource.Create("Host=127.0.0.1;Port=9;Username=nobody");
        await gone.DisposeAsync();
        await using var test = Create(new TenantDatabase(gone));
        var late = TransportUnderTest.Attempt() with { CheckedTimestamp = TimeProvider.System.GetTimestamp() - TimeProvider.System.TimestampFrequency };

        Assert.That(() => test.Https.PublishAsync(late, TransportUnderTest.Message(), Life, Patience), Throws.InstanceOf<ObjectDisposedException>());
        var next = await test.Https.PublishAsync(TransportUnderTest.Attempt(), TransportUnderTest.Message(), Life, Patience).WaitAsync(cancellationToken);

        Assert.That(next.Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
    }

    // One request at a time.
    private TransportUnderTest Create(TenantDatabase database) =>
        new(TransportUnderTest.Mqtt(_cloud, _directory), new PublishingOptions { MaximumRequests = 1 }, database: database);

    private static KickAttempt Fresh(KickId kick) => TransportUnderTest.Attempt() with { Kick = kick, CheckedTimestamp = TimeProvider.System.GetTimestamp() };
}
