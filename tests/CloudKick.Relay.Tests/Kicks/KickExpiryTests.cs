using Dapper;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>What ending kicks whose deadline has passed reads: those kicks, however many others are open.</summary>
[CancelAfter(60_000)]
internal sealed class KickExpiryTests
{
    private const int Open = 5_000;

    private KickWorld _world = null!;

    [SetUp]
    public async Task Start() => _world = await KickWorld.CreateAsync();

    [TearDown]
    public async Task Stop() => await _world.DisposeAsync();

    [TestCase(false)]
    [TestCase(true)]
    public async Task Only_what_is_over_is_read(bool analyzed)
    {
        await _world.ExecuteAsync(
            """
            insert into open_kicks (terminal_id, kick_id, merchant_id, expires_at)
            select 'OPEN' || n, uuid_v7(clock_timestamp()), @merchant, clock_timestamp() + interval '1 hour' from generate_series(1, @Open) n
            """,
            new { merchant = _world.Bakery.Value, Open });
        var over = (await _world.Node("node-1").AcceptAsync([_world.Order(KickWorld.OfBakery)], CancellationToken.None))[0].Kick!.Value;
        await _world.LetExpireAsync(over);
        if (analyzed)
            await _world.ExecuteAsync("analyze open_kicks");

        await using var connection = await _world.Database.Owner.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var ended = await connection.ExecuteScalarAsync<int>("select expire_open_kicks()");
        var read = await connection.ExecuteScalarAsync<long>(
            "select seq_tup_read + idx_tup_fetch from pg_stat_xact_user_tables where relid = 'open_kicks'::regclass");
        await transaction.CommitAsync();

        Assert.That(ended, Is.EqualTo(1));
        Assert.That(read, Is.AtMost(10));
        Assert.That(await _world.StateAsync(over), Is.EqualTo("expired"));
    }
}
