using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Kicks.Counts;
using CloudKick.Relay.Terminals.States;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>How many kicks ended how, and what that says of their terminals.</summary>
[CancelAfter(60_000)]
internal sealed class KickCountsTests
{
    private const string Node = "elsewhere";

    private KickWorld _world = null!;

    [SetUp]
    public async Task Start() => _world = await KickWorld.CreateAsync();

    [TearDown]
    public async Task Stop() => await _world.DisposeAsync();

    [Test]
    public async Task Counted_and_not_yet_counted_kicks_are_each_counted_once(CancellationToken cancellationToken)
    {
        var counts = new KickCounts(new TenantDatabase(_world.Database.Service), TimeProvider.System);
        await FailAsync(await KickAsync(KickWorld.OfBakery));
        await RollUpAsync();
        await KickAsync(KickWorld.OfBakery);

        var minutes = await counts.MinutesAsync(_world.Bakery, 60, cancellationToken);
        var others = await counts.MinutesAsync(_world.Butcher, 60, cancellationToken);
        var all = await counts.MinutesAsync(null, 60, cancellationToken);

        Assert.That(minutes, Has.Count.EqualTo(60));
        Assert.That((minutes.Sum(minute => minute.NotCoupled), minutes.Sum(minute => minute.Pending)), Is.EqualTo((1, 1)));
        Assert.That(others.Sum(minute => minute.All), Is.Zero);
        Assert.That(all.Sum(minute => minute.All), Is.EqualTo(2));
    }

    [Test]
    public async Task Nothing_past_an_open_kick_is_counted_before_that_one_ended()
    {
        var open = await KickAsync(KickWorld.OfButcher, _world.Butcher);
        await FailAsync(await KickAsync(KickWorld.OfBakery));
        var before = await _world.ScalarAsync<int>("select count(*)::int from kick_minutes");
        await RollUpAsync();
        var meanwhile = await _world.ScalarAsync<int>("select count(*)::int from kick_minutes");

        await FailAsync(open);
        await RollUpAsync();

        Assert.That((before, meanwhile), Is.EqualTo((0, 0)));
        Assert.That(await _world.ScalarAsync<int>("select sum(kicks)::int from kick_minutes where state = 'expired'"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_terminal_fails_from_the_third_failure_on_until_it_connects(CancellationToken cancellationToken)
    {
        var states = new TerminalStates(new TenantDatabase(_world.Database.Service));
        for (var n = 0; n < 2; n++)
            await FailAsync(await KickAsync(KickWorld.OfBakery));
        await RollUpAsync();
        var afterTwo = await FailingAsync();
        await FailAsync(await KickAsync(KickWorld.OfBakery));
        await RollUpAsync();
        var afterThree = await FailingAsync();
        await ConnectAsync(await KickAsync(KickWorld.OfBakery));
        await RollUpAsync();
        var afterSuccess = await FailingAsync();

        Assert.That(afterTwo, Is.Empty);
        Assert.That(afterThree, Has.Count.EqualTo(1));
        Assert.That((afterThree[0].FailuresInRow, afterThree[0].LastKickState), Is.EqualTo((3, "expired")));
        Assert.That(afterSuccess, Is.Empty);

        Task<IReadOnlyList<TerminalListRow>> FailingAsync() =>
            states.ListAsync(_world.Bakery, new TerminalSearch(TerminalStatus.Failing), null, 10, cancellationToken);
    }

    [Test]
    public async Task Three_failures_are_unusual_of_a_terminal_that_always_came_and_usual_of_one_that_hardly_ever_does(CancellationToken cancellationToken)
    {
        var states = new TerminalStates(new TenantDatabase(_world.Database.Service));
        await _world.ExecuteAsync("update terminal_states set usual_failure = 0.9 where terminal_id = @terminal", new { terminal = KickWorld.OfBakery });
        await _world.ExecuteAsync("update terminal_states set usual_failure = 0.01 where terminal_id = @terminal", new { terminal = KickWorld.OfButcher });

        for (var n = 0; n < 3; n++)
        {
            await FailAsync(await KickAsync(KickWorld.OfBakery));
            await FailAsync(await KickAsync(KickWorld.OfButcher, _world.Butcher));
            await RollUpAsync();
        }

        var unusual = await states.UnusualAsync(null, 10, cancellationToken);
        Assert.That(unusual.Select(row => (row.TerminalId, row.FailuresInRow)), Is.EqualTo((IEnumerable<(string, int)>)[(KickWorld.OfButcher, 3)]));
        Assert.That(unusual[0].UsualFailure, Is.EqualTo(0.01f).Within(0.0001f), "as it was before, not with the failures in it");
    }

    [Test]
    public async Task What_was_usual_before_is_found_anew_when_a_terminal_came_in_between(CancellationToken cancellationToken)
    {
        var states = new TerminalStates(new TenantDatabase(_world.Database.Service));
        for (var n = 0; n < 2; n++)
            await FailAsync(await KickAsync(KickWorld.OfBakery));
        await RollUpAsync();
        await ConnectAsync(await KickAsync(KickWorld.OfBakery));
        await RollUpAsync();
        var usual = await _world.ScalarAsync<float>("select usual_failure from terminal_states where terminal_id = @terminal", new { terminal = KickWorld.OfBakery });
        for (var n = 0; n < 4; n++)
        {
            await FailAsync(await KickAsync(KickWorld.OfBakery));
            await RollUpAsync();
        }

        var unusual = await states.UnusualAsync(null, 10, cancellationToken);
        Assert.That(unusual.Select(row => row.FailuresInRow), Is.EqualTo((int[])[4]));
        Assert.That(unusual[0].UsualFailure, Is.EqualTo(usual).Within(0.0001f).And.GreaterThan(0.05f));
    }

    [Test]
    public async Task The_worst_is_first_and_a_page_goes_on_behind_the_one_before(CancellationToken cancellationToken)
    {
        var states = new TerminalStates(new TenantDatabase(_world.Database.Service));
        foreach (var (failures, usual) in new[] { (4, 0f), (9, 0f), (9, 0.5f), (30, 0.5f), (4, 0f), (40, 0.99f) })
        {
            await _world.ExecuteAsync(
                """
                update terminal_states set usual_failure = @usual where terminal_id = @terminal;
                update terminal_states set failures_in_row = @failures, failing_since = now() where terminal_id = @terminal;
                """,
                new { failures, usual, terminal = await _world.AddTerminalAsync(_world.Bakery) });
        }

        var all = await states.UnusualAsync(null, 10, cancellationToken);
        var first = await states.UnusualAsync(null, 2, cancellationToken);
        var second = await states.UnusualAsync(UnusualPlace.Read(UnusualPlace.Of(first[1])), 10, cancellationToken);

        Assert.That(all.Select(row => (row.FailuresInRow, row.UsualFailure)), Is.EqualTo((IEnumerable<(int, float)>)[(9, 0f), (30, 0.5f), (4, 0f), (4, 0f)]));
        Assert.That(first.Concat(second), Is.EqualTo(all));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("NL000001")]
    [TestCase("x~NL000001")]
    [TestCase("NaN~NL000001")]
    [TestCase("3~no id")]
    [TestCase("3~A~B")]
    public void A_place_that_is_none_is_the_beginning(string? text) => Assert.That(UnusualPlace.Read(text), Is.Null);

    [Test]
    public async Task A_new_merchant_inherits_no_failures(CancellationToken cancellationToken)
    {
        var states = new TerminalStates(new TenantDatabase(_world.Database.Service));
        for (var n = 0; n < 3; n++)
            await FailAsync(await KickAsync(KickWorld.OfBakery));
        await RollUpAsync();

        await _world.ExecuteAsync("update terminals set merchant_id = @butcher where terminal_id = @terminal", new { butcher = _world.Butcher.Value, terminal = KickWorld.OfBakery });

        Assert.That(await states.ListAsync(_world.Butcher, new TerminalSearch(TerminalStatus.Failing), null, 10, cancellationToken), Is.Empty);
        Assert.That((await states.CountAsync(_world.Butcher, cancellationToken)).All, Is.EqualTo(2));
        Assert.That((await states.CountAsync(_world.Bakery, cancellationToken)).All, Is.Zero);
    }

    [Test]
    public async Task A_terminals_newest_request_and_session_are_kept_however_its_kicks_ended()
    {
        var connected = await KickAsync(KickWorld.OfBakery);
        await ConnectAsync(connected);
        await RollUpAsync();
        var first = await NewestAsync();
        var cancelled = await KickAsync(KickWorld.OfBakery);
        await _world.CancelAsync(_world.Bakery, cancelled);
        await RollUpAsync();
        var second = await NewestAsync();

        Assert.That(first, Is.EqualTo(new Newest { Request = await AtAsync("accepted_at", connected), Session = await AtAsync("connected_at", connected), State = "connected" }));
        Assert.That(second, Is.EqualTo(first with { Request = await AtAsync("accepted_at", cancelled) }), "a cancelled kick was asked for, and says nothing else");
    }

    [Test]
    public async Task The_newest_requests_and_sessions_of_kicks_that_an_earlier_release_counted_are_filled_in()
    {
        await ConnectAsync(await KickAsync(KickWorld.OfBakery));
        await FailAsync(await KickAsync(KickWorld.OfBakery));
        await RollUpAsync();
        var kept = await NewestAsync();
        await _world.ExecuteAsync("update terminal_states set last_request_at = null, last_session_at = null");

        await _world.ExecuteAsync(MigrationScripts.Embedded().Single(script => script.Name.EndsWith("_fill_newest_requests_and_sessions.sql", StringComparison.Ordinal)).Sql);

        Assert.That(kept.Request, Is.GreaterThan(kept.Session!.Value));
        Assert.That(await NewestAsync(), Is.EqualTo(kept));
    }

    [Test]
    public void Times_to_connect_are_told_to_a_tenth()
    {
        KickMinute[] minutes = [KickMinute.Of(DateTime.UnixEpoch, Enumerable.Range(1, 100).Select(n => new KickCount
        {
            Minute = DateTime.UnixEpoch, State = "connected", Bucket = (short)Math.Floor(Math.Log(n * 10) / Math.Log(1.2)), Kicks = 1,
        }))];

        Assert.That(ConnectTimes.Percentile(minutes, 0.5)!.Value.TotalMilliseconds, Is.EqualTo(500).Within(10).Percent);
        Assert.That(ConnectTimes.Percentile(minutes, 0.95)!.Value.TotalMilliseconds, Is.EqualTo(950).Within(10).Percent);
        Assert.That(ConnectTimes.Percentile([], 0.5), Is.Null);
    }

    private async Task<Newest> NewestAsync()
    {
        await using var owner = await _world.Database.Owner.OpenConnectionAsync();
        return await owner.QuerySingleAsync<Newest>(
            "select last_request_at as Request, last_session_at as Session, last_kick_state as State from terminal_states where terminal_id = @terminal",
            new { terminal = KickWorld.OfBakery });
    }

    private Task<DateTime> AtAsync(string step, KickId kick) => _world.ScalarAsync<DateTime>($"select {step} from kicks where kick_id = @kick", new { kick = kick.Value });

    private async Task<KickId> KickAsync(string terminal, MerchantId? merchant = null) =>
        (await _world.Node(Node).AcceptAsync([_world.Order(terminal, merchant)], CancellationToken.None))[0].Kick!.Value;

    private async Task FailAsync(KickId kick)
    {
        await _world.LetExpireAsync(kick);
        await _world.ExecuteAsync("select expire_open_kicks()");
    }

    private Task ConnectAsync(KickId kick) => _world.ExecuteAsync(
        "select open_tas_session(gen_random_uuid(), @terminal, @kick, @Node, 'nowhere')", new { terminal = KickWorld.OfBakery, kick = kick.Value, Node });

    // Also those of this very moment.
    private Task RollUpAsync() => _world.ExecuteAsync("select roll_up_kicks(1000, interval '-1 second')");

    private sealed record Newest
    {
        public required DateTime? Request { get; init; }
        public required DateTime? Session { get; init; }
        public required string? State { get; init; }
    }
}
