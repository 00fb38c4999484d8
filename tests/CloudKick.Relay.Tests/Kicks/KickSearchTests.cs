using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Kicks.Search;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>What is found whatever the way that leads to it: counted or not, open or ended, of today or of long ago.</summary>
[CancelAfter(60_000)]
internal sealed class KickSearchTests
{
    private KickWorld _world = null!;
    private KickStore _node = null!;
    private KickSearch _search = null!;

    [SetUp]
    public async Task Start()
    {
        _world = await KickWorld.CreateAsync();
        _node = _world.Node("node-1");
        _search = new KickSearch(new TenantDatabase(_world.Database.Service), TimeProvider.System);
    }

    [TearDown]
    public async Task Stop() => await _world.DisposeAsync();

    [Test]
    public async Task Unsuccessful_kicks_are_found_as_soon_as_they_have_ended_and_once_each_when_they_are_counted()
    {
        var expired = await AcceptAsync();
        await _world.LetExpireAsync(expired);
        await _node.ExpireAsync(CancellationToken.None);
        var failed = await AcceptAsync();
        await _world.ExecuteAsync("select fail_kicks(array[@kick], array[1], array['refused-by-cloud'], array['no'], 'node-1')", new { kick = failed.Value });
        var cancelled = await AcceptAsync();
        await _world.CancelAsync(_world.Bakery, cancelled);
        await StoredAsync("connected", TimeSpan.Zero);

        Assert.That(await FindAsync(new KickQuery { States = ["expired", "failed"] }), Is.EqualTo((KickId[])[failed, expired]));
        Assert.That(await FindAsync(new KickQuery { States = ["cancelled"] }), Is.EqualTo((KickId[])[cancelled]));
        await _world.ExecuteAsync("select roll_up_kicks(1000, interval '0')");
        Assert.That(await FindAsync(new KickQuery { States = ["expired", "failed"] }), Is.EqualTo((KickId[])[failed, expired]));
        Assert.That(await FindAsync(new KickQuery { States = ["expired", "failed"] }, before: failed), Is.EqualTo((KickId[])[expired]));
        Assert.That(await FindAsync(new KickQuery { States = ["expired", "failed"] }, limit: 1), Is.EqualTo((KickId[])[failed]));
        Assert.That(await FindAsync(new KickQuery { States = ["expired"], Until = DateTimeOffset.UnixEpoch.AddDays(1) }), Is.Empty);
    }

    [Test]
    public async Task A_kick_that_ends_after_counting_has_passed_it_is_found()
    {
        var kick = await AcceptAsync();
        await _world.ExecuteAsync("update kick_rollup set upto = first_kick_id_at(clock_timestamp() + interval '1 minute')");
        await _world.LetExpireAsync(kick);
        await _node.ExpireAsync(CancellationToken.None);

        Assert.That(await FindAsync(new KickQuery { States = ["expired"] }), Is.EqualTo((KickId[])[kick]));
    }

    [Test]
    public async Task What_a_release_before_this_one_ended_is_found_when_it_is_counted()
    {
        var kick = await StoredAsync("expired", TimeSpan.FromSeconds(1));
        await _world.ExecuteAsync("select roll_up_kicks(1000, interval '0')");

        Assert.That(await FindAsync(new KickQuery { States = ["expired"] }), Is.EqualTo((KickId[])[kick]));
    }

    [Test]
    public async Task Open_kicks_are_found_by_their_state()
    {
        await StoredAsync("expired", TimeSpan.Zero);
        var open = await StoredAsync("published", TimeSpan.Zero);
        await _world.ExecuteAsync(
            "insert into open_kicks (terminal_id, kick_id, merchant_id, expires_at) values (@OfBakery, @kick, @merchant, now() + interval '1 minute')",
            new { KickWorld.OfBakery, kick = open.Value, merchant = _world.Bakery.Value });

        Assert.That(await FindAsync(new KickQuery { States = ["accepted", "published", "delivered"] }), Is.EqualTo((KickId[])[open]));
        Assert.That(await FindAsync(new KickQuery { States = ["published"] }), Is.EqualTo((KickId[])[open]));
        Assert.That(await FindAsync(new KickQuery { States = ["accepted"] }), Is.Empty);
    }

    [TestCase(null)]
    [TestCase(KickWorld.OfBakery)]
    public void Open_and_ended_kicks_are_not_asked_for_together(string? terminal) => Assert.That(
        () => FindAsync(new KickQuery { States = ["published", "expired"], TerminalId = terminal }), Throws.ArgumentException);

    [Test]
    public async Task Kicks_of_long_ago_are_found_behind_those_of_today()
    {
        var oldest = await StoredAsync("connected", TimeSpan.FromDays(300));
        var older = await StoredAsync("connected", TimeSpan.FromDays(20));
        var newest = await StoredAsync("connected", TimeSpan.Zero);

        Assert.That(await FindAsync(new KickQuery()), Is.EqualTo((KickId[])[newest, older, oldest]));
        Assert.That(await FindAsync(new KickQuery(), before: older), Is.EqualTo((KickId[])[oldest]));
        Assert.That(await FindAsync(new KickQuery(), limit: 2), Is.EqualTo((KickId[])[newest, older]));
        Assert.That(await FindAsync(new KickQuery { From = older.Moment, Until = newest.Moment }), Is.EqualTo((KickId[])[older]));
    }

    [Test]
    public async Task Moments_that_no_kick_can_have_are_no_mistake()
    {
        var kick = await StoredAsync("connected", TimeSpan.Zero);

        Assert.That(await FindAsync(new KickQuery { From = DateTimeOffset.MinValue }), Is.EqualTo((KickId[])[kick]));
        Assert.That(await FindAsync(new KickQuery { Until = DateTimeOffset.MinValue }), Is.Empty);
        Assert.That(await FindAsync(new KickQuery(), before: new KickId(Guid.AllBitsSet)), Is.EqualTo((KickId[])[kick]));
    }

    private async Task<IReadOnlyList<KickId>> FindAsync(KickQuery query, KickId? before = null, int limit = 50) =>
        [.. (await _search.ListAsync(_world.Bakery, query, before, limit, CancellationToken.None)).Select(kick => kick.Id)];

    private async Task<KickId> AcceptAsync() =>
        (await _node.AcceptAsync([_world.Order(KickWorld.OfBakery)], CancellationToken.None))[0].Kick!.Value;

    private async Task<KickId> StoredAsync(string state, TimeSpan age) => new(await _world.ScalarAsync<Guid>(
        """
        insert into kicks (kick_id, merchant_id, terminal_id, management_system_id, access_protocol, api_key_id, state, broker_outcome,
                           node, attempt, accepted_at, expires_at, ended_at)
        values (uuid_v7(clock_timestamp() - @age), @merchant, @OfBakery, 'GrundmasterNL', 'OPI_NL', 'testtesttest', @state, 'acked', 'node-1', 1,
                clock_timestamp() - @age, clock_timestamp() - @age, case when @state <> 'published' then clock_timestamp() - @age end)
        returning kick_id
        """,
        new { merchant = _world.Bakery.Value, KickWorld.OfBakery, state, age }));
}
