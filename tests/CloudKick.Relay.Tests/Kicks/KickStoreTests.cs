using CloudKick.Relay.Kicks;
using Npgsql;

namespace CloudKick.Relay.Tests.Kicks;

[CancelAfter(120_000)]
internal sealed class KickStoreTests
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
    public async Task Whitelisted_terminal_is_accepted_with_an_attempt_for_this_node(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);

        var decision = await KickWorld.AcceptAsync(_node, _world.Order(terminal), cancellationToken);

        Assert.That(decision.Verdict, Is.EqualTo(KickVerdict.Accepted));
        Assert.That(decision.Attempt!.Number, Is.EqualTo(1));
        Assert.That(decision.Attempt.ExpiresAt - decision.Attempt.AcceptedAt, Is.EqualTo(TimeSpan.FromSeconds(30)));
        Assert.That(decision.Attempt.SubscriptionTopic, Is.EqualTo("NL-CAT"));
        Assert.That(await _world.StateAsync(decision.Kick!.Value), Is.EqualTo("accepted"));
    }

    [TestCase("unknown", "GrundmasterNL", KickVerdict.NotWhitelisted)]
    [TestCase(KickWorld.OfButcher, "GrundmasterNL", KickVerdict.NotWhitelisted)]
    [TestCase(KickWorld.OfBakery, "GrundmasterBE", KickVerdict.ManagementSystemMismatch)]
    [TestCase(KickWorld.OfBakery, "08900000002", KickVerdict.CloudConnect1)]
    [TestCase("unknown", "08900000002", KickVerdict.CloudConnect1)]
    [TestCase(KickWorld.OfButcher, "08900000002", KickVerdict.CloudConnect1)]
    public async Task Refused_request_leaves_no_trace(string terminal, string managementSystem, KickVerdict verdict)
    {
        var before = await _world.ScalarAsync<long>("select count(*) from kicks where terminal_id = @terminal", new { terminal });

        var decision = await KickWorld.AcceptAsync(_node, _world.Order(terminal) with { ManagementSystemId = managementSystem });

        Assert.That(decision, Is.EqualTo(new KickDecision(verdict, null, null)));
        Assert.That(await _world.ScalarAsync<long>("select count(*) from kicks where terminal_id = @terminal", new { terminal }), Is.EqualTo(before));
    }

    [Test]
    public async Task Terminal_of_another_merchant_is_refused_even_on_the_own_whitelist()
    {
        await _world.ExecuteAsync(
            "insert into whitelist_entries (merchant_id, terminal_id) values (@merchant, @terminal)",
            new { merchant = _world.Bakery.Value, terminal = KickWorld.OfButcher });

        var decision = await KickWorld.AcceptAsync(_node, _world.Order(KickWorld.OfButcher));

        Assert.That(decision.Verdict, Is.EqualTo(KickVerdict.NotWhitelisted));
        await _world.ExecuteAsync("delete from whitelist_entries where merchant_id = @merchant and terminal_id = @terminal",
            new { merchant = _world.Bakery.Value, terminal = KickWorld.OfButcher });
    }

    [Test]
    public async Task Entry_past_its_date_does_not_allow()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        await _world.ExecuteAsync("update whitelist_entries set enabled_until = clock_timestamp() where terminal_id = @terminal", new { terminal });

        Assert.That((await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Verdict, Is.EqualTo(KickVerdict.NotWhitelisted));
    }

    [Test]
    public async Task Terminal_for_both_takes_a_request_of_1_0()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery, connectMode: "both");

        Assert.That((await KickWorld.AcceptAsync(_node, _world.Order(terminal) with { ManagementSystemId = "08900000002" })).Verdict, Is.EqualTo(KickVerdict.Accepted));
    }

    [Test]
    public async Task Terminal_still_on_1_0_is_not_kicked()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery, connectMode: "1.0");

        Assert.That((await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Verdict, Is.EqualTo(KickVerdict.CloudConnect1));
    }

    [Test]
    public async Task Second_kick_is_the_first_one()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var first = await KickWorld.AcceptAsync(_node, _world.Order(terminal));

        var second = await KickWorld.AcceptAsync(_other, _world.Order(terminal));

        Assert.That(second, Is.EqualTo(new KickDecision(KickVerdict.Existing, first.Kick, null)));
    }

    [Test]
    public async Task Open_kick_of_the_merchant_before_is_in_progress()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        await KickWorld.AcceptAsync(_node, _world.Order(terminal));
        await _world.ExecuteAsync("update terminals set merchant_id = @merchant where terminal_id = @terminal", new { merchant = _world.Butcher.Value, terminal });
        await _world.ExecuteAsync("insert into whitelist_entries (merchant_id, terminal_id) values (@merchant, @terminal)", new { merchant = _world.Butcher.Value, terminal });

        Assert.That((await KickWorld.AcceptAsync(_node, _world.Order(terminal, _world.Butcher))).Verdict, Is.EqualTo(KickVerdict.InProgress));
    }

    [Test]
    public async Task Idempotency_key_gives_the_same_kick_only_for_the_same_request()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var order = _world.Order(terminal) with { IdempotencyKey = "key-1" };
        var first = await KickWorld.AcceptAsync(_node, order);

        var same = await KickWorld.AcceptAsync(_other, order);
        var different = await KickWorld.AcceptAsync(_other, order with { Fingerprint = [.. Enumerable.Repeat((byte)1, 32)] });
        var othersKey = await KickWorld.AcceptAsync(_other, _world.Order(KickWorld.OfButcher, _world.Butcher) with { IdempotencyKey = "key-1" });

        Assert.That(same, Is.EqualTo(new KickDecision(KickVerdict.Replayed, first.Kick, null)));
        Assert.That(different.Verdict, Is.EqualTo(KickVerdict.KeyReused));
        Assert.That(othersKey.Verdict, Is.EqualTo(KickVerdict.Accepted));
    }

    [Test]
    public async Task Key_in_another_transaction_is_in_use(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var order = _world.Order(terminal) with { IdempotencyKey = "key-2" };
        await using var connection = await _world.Database.Service.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var hold = new NpgsqlCommand("select pg_advisory_xact_lock(hashtextextended('key-2', hashtextextended($1, 12)))", connection, transaction))
        {
            hold.Parameters.AddWithValue(_world.Bakery.ToString());
            await hold.ExecuteNonQueryAsync(cancellationToken);
        }

        Assert.That((await KickWorld.AcceptAsync(_node, order, cancellationToken)).Verdict, Is.EqualTo(KickVerdict.KeyInUse));
        await transaction.RollbackAsync(cancellationToken);
        Assert.That((await KickWorld.AcceptAsync(_node, order, cancellationToken)).Verdict, Is.EqualTo(KickVerdict.Accepted));
    }

    [Test]
    public async Task Parallel_kicks_of_one_terminal_on_two_nodes_make_one_kick(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);

        var decisions = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => KickWorld.AcceptAsync(i % 2 == 0 ? _node : _other, _world.Order(terminal), cancellationToken)));

        Assert.That(decisions.Count(decision => decision.Verdict == KickVerdict.Accepted), Is.EqualTo(1));
        Assert.That(decisions.Select(decision => decision.Verdict).Distinct(), Is.SubsetOf(new[] { KickVerdict.Accepted, KickVerdict.Existing, KickVerdict.Contended }));
        Assert.That(decisions.Where(decision => decision.Kick is not null).Select(decision => decision.Kick).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Batch_is_decided_one_by_one()
    {
        var known = await _world.AddTerminalAsync(_world.Bakery);
        var butchers = await _world.AddTerminalAsync(_world.Butcher);

        var decisions = await _node.AcceptAsync(
            [_world.Order("nobody"), _world.Order(known), _world.Order(butchers, _world.Butcher), _world.Order(butchers + "x")], CancellationToken.None);

        Assert.That(decisions.Select(decision => decision.Verdict),
            Is.EqualTo(new[] { KickVerdict.NotWhitelisted, KickVerdict.Accepted, KickVerdict.Accepted, KickVerdict.NotWhitelisted }));
    }

    [Test]
    public async Task Known_offline_terminal_is_refused_unless_asked_to_try()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        await _world.PresenceAsync(terminal, connected: false, version: 1);

        Assert.That((await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Verdict, Is.EqualTo(KickVerdict.Offline));
        Assert.That((await KickWorld.AcceptAsync(_node, _world.Order(terminal) with { TryOffline = true })).Verdict, Is.EqualTo(KickVerdict.Accepted));
    }

    [Test]
    public async Task Lapsed_lease_is_claimed_by_another_node_once()
    {
        var accepted = await AcceptNewAsync();
        await _world.LetLeaseLapseAsync(accepted);

        var claims = await Task.WhenAll(KickWorld.ClaimAsync(_other, accepted), KickWorld.ClaimAsync(_node, accepted));

        var claim = claims.Single(claim => claim is not null)!.Value;
        Assert.That(claim.Attempt.Number, Is.EqualTo(2));
        Assert.That(claim.TakenOver, Is.True);
        Assert.That(claim.Attempt.RemainingWhenLeased, Is.LessThan(TimeSpan.FromSeconds(30)).And.GreaterThan(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public async Task Overtaken_node_cannot_change_the_kick()
    {
        var kick = await AcceptNewAsync();
        await _world.LetLeaseLapseAsync(kick);
        await KickWorld.ClaimAsync(_other, kick);

        await _world.RecordPublishedAsync(kick, attempt: 1, "node-1");
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("accepted"));

        await _world.RecordPublishedAsync(kick, attempt: 2, "node-2");
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("published"));
    }

    [Test]
    public async Task Claim_asks_the_whitelist_again()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var kick = (await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Kick!.Value;
        await _world.ExecuteAsync("delete from whitelist_entries where terminal_id = @terminal", new { terminal });
        await _world.LetLeaseLapseAsync(kick);

        Assert.That(await KickWorld.ClaimAsync(_other, kick), Is.Null);
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("failed"));
        Assert.That(await _world.ScalarAsync<string>("select failure_code from kicks where kick_id = @kick", new { kick = kick.Value }), Is.EqualTo("terminal-not-whitelisted"));
    }

    [Test]
    public async Task Nothing_with_less_than_a_second_left_is_claimed()
    {
        var kick = await AcceptNewAsync();
        await _world.LetLeaseLapseAsync(kick);
        await _world.ExecuteAsync("update open_kicks set expires_at = clock_timestamp() + interval '900 ms' where kick_id = @kick", new { kick = kick.Value });

        Assert.That(await KickWorld.ClaimAsync(_other, kick), Is.Null);
    }

    [Test]
    public async Task Expired_kick_says_never_sent_only_when_that_is_sure()
    {
        var unreported = await AcceptNewAsync();
        var notSent = await AcceptNewAsync();
        await ReleaseAsync(notSent, attempt: 1, sent: false);
        var sent = await AcceptNewAsync();
        await ReleaseAsync(sent, attempt: 1, sent: true);
        var acknowledged = await AcceptNewAsync();
        await _world.RecordPublishedAsync(acknowledged, attempt: 1, "node-1");
        var takenOver = await AcceptNewAsync();
        await _world.LetLeaseLapseAsync(takenOver);
        await KickWorld.ClaimAsync(_node, takenOver);
        await ReleaseAsync(takenOver, attempt: 2, sent: false);
        KickId[] kicks = [unreported, notSent, sent, acknowledged, takenOver];
        foreach (var kick in kicks)
            await _world.LetExpireAsync(kick);

        await _node.ExpireAsync(CancellationToken.None);

        var outcomes = new List<string>();
        foreach (var kick in kicks)
        {
            Assert.That(await _world.StateAsync(kick), Is.EqualTo("expired"));
            outcomes.Add(await _world.BrokerOutcomeAsync(kick));
        }
        Assert.That(outcomes, Is.EqualTo(new[] { "unknown", "never_sent", "unknown", "acked", "unknown" }));
    }

    [Test]
    public async Task New_kick_does_not_wait_for_the_sweeper_to_end_the_expired_one()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var first = (await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Kick!.Value;
        await _world.LetExpireAsync(first);

        var second = await KickWorld.AcceptAsync(_node, _world.Order(terminal));

        Assert.That(second.Verdict, Is.EqualTo(KickVerdict.Accepted));
        Assert.That(await _world.StateAsync(first), Is.EqualTo("expired"));
    }

    [Test]
    public async Task Cancelled_kick_is_final_and_only_its_merchant_can_cancel()
    {
        var kick = await AcceptNewAsync();

        Assert.That(await _world.CancelAsync(_world.Butcher, kick), Is.Null);
        Assert.That(await _world.CancelAsync(_world.Bakery, kick), Is.True);
        Assert.That(await _world.CancelAsync(_world.Bakery, kick), Is.False);
        await _world.RecordPublishedAsync(kick, attempt: 1, "node-1");
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("cancelled"));
        Assert.That(
            await _world.ScalarAsync<string>(
                "select string_agg(actor || ' ' || action || ' ' || (before ->> 'state') || ' ' || (after ->> 'state'), ',') from audit_log where subject = @kick",
                new { kick = kick.ToString() }),
            Is.EqualTo("cli kick.cancel accepted cancelled"), "once, and not for whoever could not");
    }

    [Test]
    public async Task Cancelling_past_the_deadline_finds_the_kick_expired()
    {
        var kick = await AcceptNewAsync();
        await _world.LetExpireAsync(kick);

        Assert.That(await _world.CancelAsync(_world.Bakery, kick), Is.False);
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("expired"));
    }

    [Test]
    public async Task An_expired_kicks_event_names_the_node_that_found_the_deadline_passed()
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        var replaced = (await KickWorld.AcceptAsync(_node, _world.Order(terminal))).Kick!.Value;
        await _world.LetExpireAsync(replaced);
        await KickWorld.AcceptAsync(_world.Node("decider"), _world.Order(terminal));
        var cancelled = await AcceptNewAsync();
        await _world.LetExpireAsync(cancelled);
        await _world.CancelAsync(_world.Bakery, cancelled);
        var swept = await AcceptNewAsync();
        await _world.LetExpireAsync(swept);
        await _world.Node("sweeper").ExpireAsync(CancellationToken.None);

        var nodes = new List<string?>();
        foreach (var kick in new[] { replaced, cancelled, swept })
            nodes.Add(await _world.ScalarAsync<string?>("select node from kick_events where kick_id = @kick and event = 'expired'", new { kick = kick.Value }));

        Assert.That(nodes, Is.EqualTo(new[] { "decider", "node-1", "sweeper" }));
    }

    private Task<KickId> AcceptNewAsync() => _world.AcceptNewAsync(_node);

    private Task ReleaseAsync(KickId kick, int attempt, bool sent) => _world.ExecuteAsync(
        "select release_kicks(array[@kick], array[@attempt], array[@sent], array['test'], 'node-1', '1 h')", new { kick = kick.Value, attempt, sent });
}
