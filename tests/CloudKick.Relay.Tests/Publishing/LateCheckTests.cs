using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Relay.Database;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Testing;
using Npgsql;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>What had to wait before it could leave is asked about once more.</summary>
[CancelAfter(60_000)]
internal sealed class LateCheckTests
{
    private const string Terminal = "NL000123";

    private Shop _shop = null!;
    private ManualTimeProvider _clock = null!;
    private LateCheck _check = null!;

    [SetUp]
    public async Task OpenShop()
    {
        _shop = await Shop.OpenAsync();
        _clock = new ManualTimeProvider();
        _check = new LateCheck(_shop.Tenants, _clock);
    }

    [TearDown]
    public async Task CloseShop() => await _shop.DisposeAsync();

    [Test]
    public async Task A_kick_that_is_still_wanted_and_allowed_goes_on(CancellationToken cancellationToken)
    {
        var attempt = await LateAsync(cancellationToken);

        Assert.That(await _check.RefuseAsync(attempt, cancellationToken), Is.Null);
    }

    [TestCase("delete from whitelist_entries")]
    [TestCase("update whitelist_entries set enabled_until = clock_timestamp() - interval '1 second'")]
    [TestCase("delete from open_kicks", Description = "it was cancelled, or its terminal came by itself")]
    [TestCase("update open_kicks set attempt = attempt + 1", Description = "another node has taken it over")]
    [TestCase("update open_kicks set expires_at = clock_timestamp()")]
    public async Task A_kick_to_which_something_happened_meanwhile_does_not_leave(string happened, CancellationToken cancellationToken)
    {
        var attempt = await LateAsync(cancellationToken);
        await using (var command = _shop.Database.Owner.CreateCommand(happened))
            Assert.That(await command.ExecuteNonQueryAsync(cancellationToken), Is.EqualTo(1));

        Assert.That((await _check.RefuseAsync(attempt, cancellationToken))?.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
    }

    [Test]
    public async Task Without_the_database_only_what_did_not_wait_leaves(CancellationToken cancellationToken)
    {
        await using var nobody = NpgsqlDataSource.Create("Host=127.0.0.1;Port=9;Username=nobody");
        var check = new LateCheck(new TenantDatabase(nobody), _clock);
        var attempt = TransportUnderTest.Attempt() with { CheckedTimestamp = _clock.GetTimestamp() };

        _clock.Advance(LateCheck.Holds);
        Assert.That(await check.RefuseAsync(attempt, cancellationToken), Is.Null);
        _clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.That((await check.RefuseAsync(attempt, cancellationToken))?.Outcome, Is.EqualTo(AttemptOutcome.NotSent));
    }

    [Test]
    public async Task A_kick_whose_terminal_leaves_the_whitelist_while_it_waits_for_a_place_in_the_window_is_not_published(CancellationToken cancellationToken)
    {
        await using var cloud = new ScriptedCloud();
        var mqtt = TransportUnderTest.Mqtt(cloud);
        mqtt.MaximumInFlight = 1;
        await using var test = new TransportUnderTest(mqtt, database: _shop.Tenants);
        await test.StartAsync(cancellationToken);
        cloud.PublishAnswer = (_, _) => null;
        var first = test.PublishAsync(timeout: TimeSpan.FromSeconds(20));
        await Eventually.HoldsAsync(() => cloud.Published.Count == 1, cancellationToken);
        var kick = await _shop.AddKickedTerminalAsync(Terminal, _shop.Bakery, cancellationToken);
        var waiting = test.Transport.PublishAsync(
            TransportUnderTest.Attempt() with { Kick = kick, CheckedTimestamp = TimeProvider.System.GetTimestamp() }, TransportUnderTest.Message("BE-CAT"),
            TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(20));
        await using (var command = _shop.Database.Owner.CreateCommand("delete from whitelist_entries"))
            await command.ExecuteNonQueryAsync(cancellationToken);

        // It stands there for longer than the database's word holds.
        var since = TimeProvider.System.GetTimestamp();
        await Eventually.HoldsAsync(() => TimeProvider.System.GetElapsedTime(since) > LateCheck.Holds, cancellationToken);
        Assert.That(waiting.IsCompleted, Is.False);
        cloud.PublishAnswer = (_, _) => MqttReasonCode.Success;
        var published = cloud.Published.Single();
        await published.Peer.SendAsync(new PubAckPacket(published.Packet.PacketIdentifier), cancellationToken);

        Assert.That((await first).Outcome, Is.EqualTo(AttemptOutcome.Acknowledged));
        Assert.That((await waiting).Outcome, Is.EqualTo(AttemptOutcome.NotSent));
        Assert.That(cloud.Published, Has.Count.EqualTo(1));
        Assert.That((await test.PublishAsync()).Outcome, Is.EqualTo(AttemptOutcome.Acknowledged), "its place is free again");
    }

    // The shop's kick, in an attempt that has waited for longer than what the database said holds.
    private async Task<KickAttempt> LateAsync(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync(Terminal, _shop.Bakery, cancellationToken);
        var attempt = TransportUnderTest.Attempt() with { Kick = kick, CheckedTimestamp = _clock.GetTimestamp() };
        _clock.Advance(LateCheck.Holds + TimeSpan.FromMilliseconds(1));
        return attempt;
    }
}
