using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>Kicks, and what belongs to them, are kept as many days as the setting says; the relay itself makes days and drops them.</summary>
[CancelAfter(60_000)]
internal sealed class KickRetentionTests
{
    private const int RetentionDays = 30;

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

    private Task MaintainAsync() => new KickStore(
        _world.Database.Service, new NodeIdentity("node-1"), Options.Create(new DatabaseOptions()), Options.Create(new KickOptions { RetentionDays = RetentionDays }),
        Options.Create(new NodeOptions()), TimeProvider.System).MaintainAsync(7, CancellationToken.None);

    private Task MakeDayAsync(string parent, int age) => _world.ExecuteAsync(
        """
        do $$
        declare day date := (clock_timestamp() at time zone 'utc')::date - AGE;
        begin
            execute format('create table %I partition of PARENT for values from (%L) to (%L)',
                'PARENT' || to_char(day, '_YYYYMMDD'), first_kick_id_of(day), first_kick_id_of(day + 1));
        end
        $$
        """.Replace("PARENT", parent, StringComparison.Ordinal).Replace("AGE", age.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));

    private Task<bool> ExistsAsync(string parent, int age) => _world.ScalarAsync<bool>(
        "select to_regclass(@parent || to_char((clock_timestamp() at time zone 'utc')::date - @age, '_YYYYMMDD')) is not null", new { parent, age });

    private Task AddSessionAsync(int age, bool closed) => _world.ExecuteAsync(
        """
        insert into tas_sessions (session_id, merchant_id, terminal_id, kick_id, node, remote, opened_at, closed_at)
        values (gen_random_uuid(), @merchant, @terminal, gen_random_uuid(), 'node-1', '127.0.0.1', now() - make_interval(days => @age), case when @closed then now() end)
        """,
        new { merchant = _world.Bakery.Value, terminal = $"{age}-{closed}", age, closed });
}
