using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Testing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>Kicks, and what belongs to them, are kept as many days as the setting says; the relay itself makes days and drops them.</summary>
[CancelAfter(60_000)]
internal sealed class KickRetentionTests
{
    private const int RetentionDays = 30;
    private const int DaysAhead = 7;

    private KickWorld _world = null!;

    [SetUp]
    public async Task Start() => _world = await KickWorld.CreateAsync();

    [TearDown]
    public async Task Stop() => await _world.DisposeAsync();

    [Test]
    public async Task Days_past_the_setting_are_dropped_and_the_others_stay()
    {
        foreach (var parent in new[] { "kicks", "kick_events" })
        {
            await MakeDayAsync(parent, RetentionDays + 1);
            await MakeDayAsync(parent, RetentionDays);
        }

        await MaintainAsync();

        Assert.That(await ExistsAsync("kicks", RetentionDays + 1), Is.False);
        Assert.That(await ExistsAsync("kick_events", RetentionDays + 1), Is.False);
        Assert.That(await ExistsAsync("kicks", RetentionDays), Is.True);
        Assert.That(await ExistsAsync("kick_events", RetentionDays), Is.True);
    }

    [Test]
    public async Task Sessions_and_unsuccessful_kicks_go_with_their_kicks_and_open_sessions_stay()
    {
        foreach (var (age, closed) in new[] { (RetentionDays + 2, true), (RetentionDays + 2, false), (RetentionDays - 1, true) })
            await AddSessionAsync(age, closed);
        foreach (var age in new[] { RetentionDays + 2, RetentionDays - 1 })
        {
            await _world.ExecuteAsync(
                "insert into unsuccessful_kicks (kick_id, merchant_id, state) values (uuid_v7(now() - make_interval(days => @age)), @merchant, 'expired')",
                new { age, merchant = _world.Bakery.Value });
        }

        await MaintainAsync();

        Assert.That(await _world.ScalarAsync<string>("select string_agg(terminal_id, ' ' order by terminal_id) from tas_sessions"), Is.EqualTo("29-True 32-False"));
        Assert.That(await _world.ScalarAsync<long>("select count(*) from unsuccessful_kicks"), Is.EqualTo(1));
    }

    [Test]
    public async Task Kicks_of_a_day_without_a_partition_move_into_it_when_it_is_made()
    {
        await DropDayAsync(age: 0);
        var kick = (await KickWorld.AcceptAsync(Node, _world.Order(KickWorld.OfBakery))).Kick!.Value;
        Assert.That(await PartitionAsync(kick), Is.EqualTo("kicks_default"));

        await MaintainAsync();

        Assert.That(await PartitionAsync(kick), Does.Match("^kicks_[0-9]{8}$"));
        Assert.That(await _world.ScalarAsync<long>("select count(*) from kick_events where kick_id = @kick", new { kick = kick.Value }), Is.EqualTo(1));
        Assert.That(await _world.CancelAsync(_world.Bakery, kick), Is.True);
    }

    [Test]
    public async Task Kick_lands_in_the_partition_of_its_day()
    {
        var kick = await _world.AcceptNewAsync(Node);

        Assert.That(await PartitionAsync(kick), Does.Match("^kicks_[0-9]{8}$"));
    }

    [Test]
    public async Task Running_relay_drops_days_past_its_setting_and_makes_the_coming_ones(CancellationToken cancellationToken)
    {
        await MakeDayAsync("kicks", RetentionDays + 1);
        await MakeDayAsync("kick_events", RetentionDays + 1);
        await MakeDayAsync("kicks", RetentionDays);
        await DropDayAsync(age: -DaysAhead);

        await using var relay = await RelayHost.StartAsync(
            _world.Database,
            new RelayHostOptions { Settings = new Dictionary<string, string?> { ["CloudKick:Kicks:RetentionDays"] = $"{RetentionDays}" } },
            cancellationToken);

        await Eventually.HoldsAsync(
            async () => (Old: await ExistsAsync("kicks", RetentionDays + 1) || await ExistsAsync("kick_events", RetentionDays + 1),
                         Coming: await ExistsAsync("kicks", -DaysAhead) && await ExistsAsync("kick_events", -DaysAhead)),
            days => days is { Old: false, Coming: true },
            cancellationToken);
        Assert.That(await ExistsAsync("kicks", RetentionDays), Is.True);
    }

    private KickStore Node => _world.Node("node-1", retentionDays: RetentionDays);

    private Task MaintainAsync() => Node.MaintainAsync(DaysAhead, CancellationToken.None);

    private Task<string> PartitionAsync(KickId kick) =>
        _world.ScalarAsync<string>("select tableoid::regclass::text from kicks where kick_id = @kick", new { kick = kick.Value });

    private Task MakeDayAsync(string parent, int age) => _world.ExecuteAsync(
        """
        do $$
        declare day date := (clock_timestamp() at time zone 'utc')::date - AGE;
        begin
            execute format('create table %I partition of PARENT for values from (%L) to (%L)',
                'PARENT' || to_char(day, '_YYYYMMDD'), first_kick_id_of(day), first_kick_id_of(day + 1));
        end
        $$
        """.Replace("PARENT", parent, StringComparison.Ordinal).Replace("AGE", $"({age})", StringComparison.Ordinal));

    private Task DropDayAsync(int age) => _world.ExecuteAsync(
        """
        do $$
        declare day text := to_char((clock_timestamp() at time zone 'utc')::date - AGE, '_YYYYMMDD');
        begin
            execute 'drop table kicks' || day;
            execute 'drop table kick_events' || day;
        end
        $$
        """.Replace("AGE", $"({age})", StringComparison.Ordinal));

    private Task<bool> ExistsAsync(string parent, int age) => _world.ScalarAsync<bool>(
        "select to_regclass(@parent || to_char((clock_timestamp() at time zone 'utc')::date - @age, '_YYYYMMDD')) is not null", new { parent, age });

    private Task AddSessionAsync(int age, bool closed) => _world.ExecuteAsync(
        """
        insert into tas_sessions (session_id, merchant_id, terminal_id, kick_id, node, remote, opened_at, closed_at)
        values (gen_random_uuid(), @merchant, @terminal, gen_random_uuid(), 'node-1', '127.0.0.1', now() - make_interval(days => @age), case when @closed then now() end)
        """,
        new { merchant = _world.Bakery.Value, terminal = $"{age}-{closed}", age, closed });
}
