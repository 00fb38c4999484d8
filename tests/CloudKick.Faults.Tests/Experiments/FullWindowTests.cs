using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>The broker acknowledges late: every connection has in flight what it may, and what comes then stands behind that.</summary>
[Patience]
internal sealed class FullWindowTests
{
    private const int TtlSeconds = 30;

    // One less than AWS takes in a second; one connection per node, so that there are kicks enough to reach it.
    private const int MaximumInFlight = 99;

    // Three times the default. A window empties itself when the attempts in it are given up, a second before the lease lapses: until then
    // even a busy machine has done what it is to find full.
    private const string Lease = "00:00:15";

    // For longer than what the database says of a kick is taken to hold, and shorter than its attempt goes on.
    private static readonly TimeSpan StandsThere = TimeSpan.FromMilliseconds(300);

    private World _world = null!;
    private Till _till = null!;
    private string[] _all = [];
    private int _keys;

    [OneTimeSetUp]
    public async Task BuildTheWorld()
    {
        _world = await World.StartAsync(new WorldOptions
        {
            Seed = Run.Seed,
            Nodes = 2,
            Terminals = 262,
            Settings = new Dictionary<string, string> { ["CloudKick:Mqtt:Connections"] = "1", ["CloudKick:Kicks:Lease"] = Lease },
        });
        _till = Run.Till(_world, TtlSeconds);
        await _world.PlayBriefSessionsAsync(CancellationToken.None);
        // But for the two that leave the whitelist.
        _all = [.. _world.Terminals.SkipLast(2)];
    }

    [SetUp]
    public Task WaitUntilNoSessionIsLeft() => _world.WaitUntilNoSessionIsOpenAsync(CancellationToken.None);

    [TearDown]
    public async Task MakeWhole()
    {
        _world.ReleaseAcknowledgements();
        await _world.WaitUntilReadyAsync(CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task EndTheWorld()
    {
        _till.Dispose();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task Late_acknowledgements_leave_no_more_in_flight_than_allowed_and_lose_nothing(CancellationToken cancellationToken)
    {
        var before = Published().Count;
        HoldAcknowledgements();
        // Each is answered when it has waited for its acknowledgement as long as it does.
        var answers = await KickAllAsync(cancellationToken);
        var inFlight = InFlight(before);
        _world.ReleaseAcknowledgements();

        Assert.That(answers.Select(answer => answer?.IsSuccess), Is.All.True);
        Assert.That(
            inFlight.Select(connection => connection.Value),
            Has.Exactly(_world.Nodes.Count).Items.And.All.InRange(MaximumInFlight / 2, MaximumInFlight), string.Join(", ", inFlight));
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
    }

    [Test]
    public async Task Kick_behind_a_full_window_whose_terminal_leaves_the_whitelist_is_not_published(CancellationToken cancellationToken)
    {
        var (others, kicking) = await LeaveAsync(_world.Terminals[^1], cancellationToken);
        var id = (await kicking)!.KickId!;

        // Its attempt, and with it the kick, is over before anything is acknowledged.
        await Eventually.HoldsAsync(() => _till.GetAsync(id, cancellationToken), answer => (string?)answer["state"] == "failed", cancellationToken);
        _world.ReleaseAcknowledgements();

        Assert.That((await others).Select(answer => answer?.IsSuccess), Is.All.True);
        await JudgeNotPublishedAsync(id, cancellationToken);
    }

    [Test]
    public async Task Kick_that_gets_a_place_in_a_full_window_after_its_terminal_left_the_whitelist_is_not_published(CancellationToken cancellationToken)
    {
        var (others, kicking) = await LeaveAsync(_world.Terminals[^2], cancellationToken);

        // While it stands there, in its first attempt, which goes on for seconds; then there is a place for it.
        var removed = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync(() => TimeProvider.System.GetElapsedTime(removed) > StandsThere, cancellationToken);
        _world.ReleaseAcknowledgements();

        Assert.That((await others).Select(answer => answer?.IsSuccess), Is.All.True);
        await JudgeNotPublishedAsync((await kicking)!.KickId!, cancellationToken);
    }

    // Behind windows that are full a terminal is kicked, and leaves the whitelist as soon as its kick is stored: long before anybody has an answer.
    private async Task<(Task<Happening.Answered?[]> Others, Task<Happening.Answered?> Leaving)> LeaveAsync(string leaving, CancellationToken cancellationToken)
    {
        var before = Published().Count;
        HoldAcknowledgements();
        var others = KickAllAsync(cancellationToken);
        // At least: a window that has emptied itself and is filled again is full as well.
        await Eventually.HoldsAsync(() => InFlight(before).Count(connection => connection.Value >= MaximumInFlight) == _world.Nodes.Count, cancellationToken);
        var kicking = _till.KickAsync(leaving, Key(), cancellationToken);
        await Eventually.HoldsAsync(
            () => _world.ScalarAsync<Guid?>($"select kick_id from open_kicks where terminal_id = '{leaving}'", cancellationToken), kick => kick is not null, cancellationToken);
        await _world.RemoveFromWhitelistAsync(leaving, cancellationToken);
        return (others, kicking);
    }

    private async Task JudgeNotPublishedAsync(string id, CancellationToken cancellationToken)
    {
        await Run.JudgeAsync(_world, TtlSeconds, cancellationToken);
        var ended = await _till.GetAsync(id, cancellationToken);
        Assert.That(((string?)ended["failureCode"], (string?)ended["brokerOutcome"]), Is.EqualTo(("terminal-not-whitelisted", "never_sent")));
        Assert.That(Published().Where(published => published.KickId == id), Is.Empty);
    }

    private void HoldAcknowledgements()
    {
        _world.History.Fault("acknowledgements held");
        _world.HoldAcknowledgements();
    }

    private Task<Happening.Answered?[]> KickAllAsync(CancellationToken cancellationToken) =>
        Task.WhenAll(_all.Select(terminal => _till.KickAsync(terminal, Key(), cancellationToken)));

    // Of each connection: nothing is acknowledged meanwhile.
    private KeyValuePair<string, int>[] InFlight(int before) => [.. Published().Skip(before).CountBy(published => published.ClientId)];

    private List<Happening.Published> Published() => [.. _world.History.Snapshot().OfType<Happening.Published>()];

    private string Key() => $"window-{Interlocked.Increment(ref _keys)}";
}
