using CloudKick.Relay.Database;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay.Tests.Terminals;

[CancelAfter(120_000)]
internal sealed class TerminalDirectoryTests
{
    private Shop _shop = null!;
    private TerminalDirectory _directory = null!;

    [OneTimeSetUp]
    public async Task OpenShop()
    {
        _shop = await Shop.OpenAsync();
        _directory = new TerminalDirectory(_shop.Tenants);
    }

    [OneTimeTearDown]
    public async Task CloseShop() => await _shop.DisposeAsync();

    [Test]
    public async Task Foreign_unowned_and_unknown_terminals_are_not_there(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("SEE1", _shop.Butcher, cancellationToken);
        await _shop.AddTerminalAsync("SEE2", null, cancellationToken);

        foreach (var id in new[] { "SEE1", "SEE2", "SEE3" })
            Assert.That(await _directory.FindAsync(_shop.Bakery, id, cancellationToken), Is.Null, id);
        Assert.That(await _directory.ListAsync(_shop.Bakery, new(Prefix: "SEE"), null, 10, cancellationToken), Is.Empty);
        Assert.That(
            await _directory.ListAsync(_shop.Bakery, new(_shop.Butcher, Prefix: "SEE"), null, 10, cancellationToken), Is.Empty,
            "a filter does not widen what a merchant sees");
    }

    [Test]
    public async Task Presence_is_online_offline_or_unknown(CancellationToken cancellationToken)
    {
        foreach (var id in new[] { "ON1", "OFF1", "UNK1" })
            await _shop.AddTerminalAsync(id, _shop.Bakery, cancellationToken);
        await RecordAsync("ON1", true, cancellationToken);
        await RecordAsync("OFF1", false, cancellationToken);

        async Task<string[]> In(string state) =>
            [.. (await _directory.ListAsync(_shop.Bakery, new(Presence: state), null, 50, cancellationToken)).Select(row => row.TerminalId)];
        var offline = TerminalAnswer.From((await _directory.FindAsync(_shop.Bakery, "OFF1", cancellationToken))!).Presence;

        Assert.That(await In("online"), Is.EqualTo(new[] { "ON1" }));
        Assert.That(await In("offline"), Is.EqualTo(new[] { "OFF1" }));
        Assert.That(await In("unknown"), Does.Contain("UNK1").And.Not.Contain("ON1").And.Not.Contain("OFF1"));
        Assert.That((offline.State, offline.LastDisconnectReason), Is.EqualTo(("offline", "CONNECTION_LOST")));
    }

    [Test]
    public async Task The_last_session_is_shown_and_couples_while_it_is_live(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("SESS1", _shop.Bakery, cancellationToken);
        var session = Guid.CreateVersion7();
        await _shop.Tenants.QueryAsync<string>(
            Tenant.Platform, "select verdict from open_tas_session(@session, 'SESS1', @kick, 'node', 'remote')", new { session, kick = kick.Value }, cancellationToken);
        var live = TerminalAnswer.From((await _directory.FindAsync(_shop.Bakery, "SESS1", cancellationToken))!);
        await _shop.Tenants.QueryAsync<bool>(
            Tenant.Platform, "select close_tas_session(@session, 'lost') is null", new { session }, cancellationToken);
        var ended = TerminalAnswer.From((await _directory.FindAsync(_shop.Bakery, "SESS1", cancellationToken))!);

        Assert.That((live.Coupled, ended.Coupled), Is.EqualTo((true, false)));
        Assert.That(live.LastSession?.KickId, Is.EqualTo(kick.ToString()));
        Assert.That((ended.LastSession?.SessionId, ended.LastSession?.CloseReason), Is.EqualTo((session, "lost")));
        Assert.That(ended.Whitelisted, Is.True);
    }

    [Test]
    public async Task Sessions_of_the_merchant_before_are_not_shown(CancellationToken cancellationToken)
    {
        var kick = await _shop.AddKickedTerminalAsync("SESS2", _shop.Bakery, cancellationToken);
        await _shop.Tenants.QueryAsync<string>(
            Tenant.Platform, "select verdict from open_tas_session(@session, 'SESS2', @kick, 'node', 'remote')",
            new { session = Guid.CreateVersion7(), kick = kick.Value }, cancellationToken);

        await new TerminalRegistry(_shop.Tenants).AssignAsync("SESS2", null, Shop.Actor, cancellationToken);
        await new TerminalRegistry(_shop.Tenants).AssignAsync("SESS2", _shop.Butcher, Shop.Actor, cancellationToken);

        var seen = TerminalAnswer.From((await _directory.FindAsync(_shop.Butcher, "SESS2", cancellationToken))!);
        Assert.That((seen.LastSession, seen.Coupled, seen.Whitelisted), Is.EqualTo(((TerminalSessionAnswer?)null, false, false)));
    }

    [Test]
    public async Task Operators_see_all_and_may_narrow_it(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("ALL1", _shop.Bakery, cancellationToken);
        await _shop.AddTerminalAsync("ALL2", _shop.Butcher, cancellationToken);
        await _shop.AddTerminalAsync("ALL3", null, cancellationToken);

        async Task<string[]> List(TerminalFilter filter, string? after = null) =>
            [.. (await _directory.ListAsync(null, filter with { Prefix = "ALL" }, after, 10, cancellationToken)).Select(row => row.TerminalId)];

        Assert.That(await List(new()), Is.EqualTo(new[] { "ALL1", "ALL2", "ALL3" }));
        Assert.That(await List(new(), after: "ALL1"), Is.EqualTo(new[] { "ALL2", "ALL3" }));
        Assert.That(await List(new(_shop.Butcher)), Is.EqualTo(new[] { "ALL2" }));
        Assert.That(await List(new(Unassigned: true)), Is.EqualTo(new[] { "ALL3" }));
    }

    [Test]
    public async Task An_entry_that_has_ended_does_not_whitelist(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("WHITE1", _shop.Bakery, cancellationToken);
        await new MerchantWhitelist(_shop.Tenants).PutAsync(
            _shop.Bakery, new WhitelistSetting("WHITE1", EnabledUntil: DateTimeOffset.UnixEpoch), Shop.Actor, cancellationToken);

        var row = await _directory.FindAsync(_shop.Bakery, "WHITE1", cancellationToken);

        Assert.That(row!.Whitelisted, Is.False);
    }

    private async Task RecordAsync(string thing, bool connected, CancellationToken cancellationToken) =>
        await _shop.Tenants.QueryAsync<int>(
            Tenant.Platform,
            "select record_presence(array[@thing], array[@connected], array[1::bigint], array['s'], array[clock_timestamp()], array['CONNECTION_LOST'], array['192.0.2.1'])",
            new { thing, connected },
            cancellationToken);
}
