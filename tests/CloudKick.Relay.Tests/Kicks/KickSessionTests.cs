using CloudKick.Relay.Kicks;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>What terminals do with their kicks: sessions, answers, and coming back.</summary>
[CancelAfter(120_000)]
internal sealed class KickSessionTests
{
    private KickWorld _world = null!;
    private KickStore _node = null!;
    private KickStore _other = null!;

    [OneTimeSetUp]
    public async Task CreateWorld()
    {
        _world = await KickWorld.CreateAsync();
        _node = _world.Node("node-1");
        _other = _world.Node("node-2");
    }

    [OneTimeTearDown]
    public async Task DropWorld() => await _world.DisposeAsync();

    [Test]
    public async Task Session_makes_the_kick_connected_and_the_next_one_is_connected_at_once()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var kick = (await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Kick!.Value;
        await _world.ExecuteAsync("select record_heartbeat('node-1', '5 s')");

        var verdict = await OpenSessionAsync(terminal, null);
        var next = await KickWorld.AcceptAsync(_node, _world.Order(terminal));

        Assert.That(verdict, Is.EqualTo("admitted"));
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("connected"));
        Assert.That(next.Verdict, Is.EqualTo(KickVerdict.Connected));
        Assert.That(next.Kick, Is.Not.EqualTo(kick));
        Assert.That(await _world.StateAsync(next.Kick!.Value), Is.EqualTo("connected"));
    }

    [Test]
    public async Task Session_on_a_dead_node_is_no_live_session()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        await KickWorld.AcceptAsync(_node, _world.Order(terminal));
        await _world.ExecuteAsync("select record_heartbeat('node-dead', '5 s')");
        await OpenSessionAsync(terminal, null, node: "node-dead");
        await _world.ExecuteAsync("update nodes set seen_at = clock_timestamp() - interval '6 s' where node = 'node-dead'");

        Assert.That((await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Verdict, Is.EqualTo(KickVerdict.Accepted));
    }

    [Test]
    public async Task Session_is_refused_without_a_kick_with_a_stale_one_and_with_a_used_one()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        Assert.That(await OpenSessionAsync("nobody", null), Is.EqualTo("unknown_terminal"));
        Assert.That(await OpenSessionAsync(terminal, null), Is.EqualTo("no_open_kick"));

        var stale = (await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Kick!.Value;
        await _world.LetExpireAsync(stale);
        Assert.That(await OpenSessionAsync(terminal, stale), Is.EqualTo("kick_expired"));

        var used = (await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Kick!.Value;
        Assert.That(await OpenSessionAsync(terminal, stale), Is.EqualTo("kick_expired"), "a newer kick is open, the older one is named");
        Assert.That(await OpenSessionAsync(terminal, used), Is.EqualTo("admitted"));
        Assert.That(await OpenSessionAsync(terminal, used), Is.EqualTo("kick_used"));
    }

    [Test]
    public async Task Session_may_come_before_the_acknowledgements()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var kick = (await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Kick!.Value;
        await OpenSessionAsync(terminal, kick);

        await _world.RecordPublishedAsync(kick, attempt: 1, "node-1");
        await _world.ExecuteAsync("select record_answers(array[@kick], array[@terminal], array['accepted'])", new { kick = kick.Value, terminal });

        Assert.That(await _world.StateAsync(kick), Is.EqualTo("connected"));
        Assert.That(await _world.ScalarAsync<bool>("select published_at is not null and delivered_at is not null from kicks where kick_id = @kick", new { kick = kick.Value }), Is.True);
    }

    [Test]
    public async Task Answer_of_another_terminal_does_not_count()
    {
        var kick = await _world.AcceptNewAsync(_node);

        await _world.ExecuteAsync("select record_answers(array[@kick], array['NL000002'], array['accepted'])", new { kick = kick.Value });

        Assert.That(await _world.StateAsync(kick), Is.EqualTo("accepted"));
    }

    [Test]
    public async Task Returning_terminal_gets_its_published_kick_again()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var kick = (await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Kick!.Value;
        await _world.RecordPublishedAsync(kick, attempt: 1, "node-1");
        Assert.That(await KickWorld.ClaimAsync(_other, kick), Is.Null);

        await _world.PresenceAsync(terminal, connected: true, version: 7);
        await _world.LetLeaseLapseAsync(kick);
        var claim = await KickWorld.ClaimAsync(_other, kick);

        Assert.That(claim!.Value.Attempt.Kick, Is.EqualTo(kick));
        Assert.That(claim.Value.TakenOver, Is.False);
    }

    private Task<string> OpenSessionAsync(string terminal, KickId? kick, string node = "node-1") => _world.ScalarAsync<string>(
        "select verdict from open_tas_session(gen_random_uuid(), @terminal, @kick, @node, '127.0.0.1')", new { terminal, kick = kick?.Value, node });
}
