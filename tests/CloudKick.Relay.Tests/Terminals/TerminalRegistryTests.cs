using CloudKick.Relay.Database;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Transfers;

namespace CloudKick.Relay.Tests.Terminals;

[CancelAfter(120_000)]
internal sealed class TerminalRegistryTests
{
    private Shop _shop = null!;
    private TerminalRegistry _registry = null!;
    private TerminalDirectory _directory = null!;

    [OneTimeSetUp]
    public async Task OpenShop()
    {
        _shop = await Shop.OpenAsync();
        _registry = new TerminalRegistry(_shop.Tenants);
        _directory = new TerminalDirectory(_shop.Tenants);
    }

    [OneTimeTearDown]
    public async Task CloseShop() => await _shop.DisposeAsync();

    [TestCase("relay", null, TerminalOutcome.ReservedTerminalId)]
    [TestCase("relay-1", null, TerminalOutcome.ReservedTerminalId)]
    [TestCase("relay-", "terminal-1", TerminalOutcome.ReservedTerminalId)]
    [TestCase("OWN1", "relay-node-1", TerminalOutcome.ReservedThingName)]
    [TestCase("relay1", null, TerminalOutcome.Done)]
    [TestCase("my-relay", "not-relay-1", TerminalOutcome.Done)]
    public async Task No_terminal_gets_a_name_of_the_relay(string terminalId, string? thingName, TerminalOutcome expected, CancellationToken cancellationToken)
    {
        var outcome = await _registry.AddAsync(new NewTerminal(terminalId, "GrundmasterNL") { ThingName = thingName }, Shop.Actor, cancellationToken);

        Assert.That(outcome, Is.EqualTo(expected));
    }

    [Test]
    public async Task A_terminal_is_registered_with_what_is_its_own(CancellationToken cancellationToken)
    {
        var settings = new TerminalSettings
        {
            Label = "Till 1", FirmwareVersion = "14.0.11.01", ConnectMode = ConnectMode.Both, SubscriptionTopic = "TEST-CAT", TopicTemplate = "{subscriptionTopic}",
        };

        var outcome = await _registry.AddAsync(
            new NewTerminal("REG1", "GrundmasterBE") { Merchant = _shop.Bakery, ThingName = "thing:1", Settings = settings }, Shop.Actor, cancellationToken);

        var row = await _directory.FindAsync(_shop.Bakery, "REG1", cancellationToken);
        Assert.That(outcome, Is.EqualTo(TerminalOutcome.Done));
        Assert.That(row, Is.Not.Null);
        Assert.That(row!.ThingName, Is.EqualTo("thing:1"));
        Assert.That(TerminalAnswer.From(row).Topic, Is.EqualTo("TEST-CAT"));
        Assert.That((row.Label, row.FirmwareVersion, row.ConnectMode), Is.EqualTo(("Till 1", "14.0.11.01", "both")));
    }

    [Test]
    public async Task A_terminal_listens_where_its_management_system_says(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("TOPIC1", _shop.Bakery, cancellationToken);

        var row = await _directory.FindAsync(_shop.Bakery, "TOPIC1", cancellationToken);

        Assert.That(TerminalAnswer.From(row!).Topic, Is.EqualTo("NL-CAT/TOPIC1"));
        Assert.That(row!.ThingName, Is.EqualTo("TOPIC1"));
    }

    [Test]
    public async Task Refusals_say_what_is_the_matter(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("TWICE1", null, cancellationToken);

        Task<TerminalOutcome> Add(NewTerminal terminal) => _registry.AddAsync(terminal, Shop.Actor, cancellationToken);
        Assert.That(await Add(new("TWICE1", "GrundmasterNL")), Is.EqualTo(TerminalOutcome.TerminalExists));
        Assert.That(await Add(new("TWICE2", "GrundmasterNL") { ThingName = "TWICE1" }), Is.EqualTo(TerminalOutcome.ThingNameTaken));
        Assert.That(await Add(new("TWICE2", "08900000002")), Is.EqualTo(TerminalOutcome.UnknownManagementSystem));
        Assert.That(await Add(new("TWICE2", "GrundmasterNL") { Merchant = new MerchantId(Guid.NewGuid()) }), Is.EqualTo(TerminalOutcome.UnknownMerchant));
        Assert.That(
            await Add(new("TWICE2", "GrundmasterNL") { Settings = new() { TopicTemplate = "a/b/c/d/e/f/g/{terminalId}" } }),
            Is.EqualTo(TerminalOutcome.InvalidTopic));
        Assert.That(await _directory.FindAsync(null, "TWICE2", cancellationToken), Is.Null);
    }

    [TestCase("a/b")]
    [TestCase("+")]
    [TestCase("#")]
    [TestCase("12345678901234567")]
    [TestCase("a\0")]
    [TestCase("a\n")]
    [TestCase("😀")]
    [TestCase("")]
    public void Ids_that_are_none_are_refused(string terminalId) =>
        Assert.That(async () => await _registry.AddAsync(new(terminalId, "GrundmasterNL"), Shop.Actor, default), Throws.ArgumentException);

    [TestCase("a/b", null, null)]
    [TestCase("#", null, null)]
    [TestCase(null, "{terminalId}/#", null)]
    [TestCase(null, "$aws/{terminalId}", null)]
    [TestCase(null, "/x", null)]
    [TestCase(null, null, "14")]
    [TestCase(null, null, "14.0.11.x")]
    public void Settings_that_break_a_rule_are_refused(string? topic, string? template, string? firmware)
    {
        var settings = new TerminalSettings { SubscriptionTopic = topic, TopicTemplate = template, FirmwareVersion = firmware };

        Assert.That(
            async () => await _registry.AddAsync(new("RULE1", "GrundmasterNL") { Settings = settings }, Shop.Actor, default), Throws.ArgumentException);
    }

    [Test]
    public async Task Giving_and_taking_is_in_the_audit_log_of_whom_it_concerns(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("MOVE1", null, cancellationToken);

        await _registry.AssignAsync("MOVE1", _shop.Bakery, Shop.Actor, cancellationToken);
        await _registry.AssignAsync("MOVE1", _shop.Bakery, Shop.Actor, cancellationToken);
        await _registry.AssignAsync("MOVE1", null, Shop.Actor, cancellationToken);
        await _registry.AssignAsync("MOVE1", _shop.Butcher, Shop.Actor, cancellationToken);

        const string by = "key:test 192.0.2.7 terminal.";
        Assert.That(await _shop.AuditAsync(null, "MOVE1", cancellationToken), Is.EqualTo(new[] { by + "add" }));
        Assert.That(await _shop.AuditAsync(_shop.Bakery, "MOVE1", cancellationToken), Is.EqualTo(new[] { by + "assign", by + "unassign" }));
        Assert.That(await _shop.AuditAsync(_shop.Butcher, "MOVE1", cancellationToken), Is.EqualTo(new[] { by + "assign" }));
    }

    [Test]
    public async Task A_merchants_terminal_is_not_given_to_another_without_being_asked(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("MOVE2", _shop.Bakery, cancellationToken);

        var outcome = await _registry.AssignAsync("MOVE2", _shop.Butcher, Shop.Actor, cancellationToken);

        Assert.That(outcome, Is.EqualTo(TerminalOutcome.OthersTerminal));
        Assert.That(await _directory.FindAsync(_shop.Bakery, "MOVE2", cancellationToken), Is.Not.Null);
        Assert.That(await _directory.FindAsync(_shop.Butcher, "MOVE2", cancellationToken), Is.Null);
        Assert.That(await _shop.AuditAsync(_shop.Butcher, "MOVE2", cancellationToken), Is.Empty);
    }

    [Test]
    public async Task Of_two_who_give_one_terminal_to_different_merchants_one_succeeds(CancellationToken cancellationToken)
    {
        string[] ids = ["RACE1", "RACE2", "RACE3", "RACE4"];
        foreach (var id in ids)
        {
            await _shop.AddTerminalAsync(id, null, cancellationToken);

            var outcomes = await Task.WhenAll(new[] { _shop.Bakery, _shop.Butcher, _shop.Bakery, _shop.Butcher }
                .Select(merchant => _registry.AssignAsync(id, merchant, Shop.Actor, cancellationToken)));

            var owner = (await _directory.FindAsync(null, id, cancellationToken))!.MerchantId;
            Assert.That(outcomes.Where((_, n) => (n % 2 == 0) == (owner == _shop.Bakery.Value)), Is.All.EqualTo(TerminalOutcome.Done));
            Assert.That(outcomes.Where((_, n) => (n % 2 == 0) != (owner == _shop.Bakery.Value)), Is.All.EqualTo(TerminalOutcome.OthersTerminal));
        }
    }

    [Test]
    public async Task A_terminal_that_was_taken_and_given_is_seen_by_its_new_merchant_alone(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("MOVE4", _shop.Bakery, cancellationToken);

        await _registry.AssignAsync("MOVE4", null, Shop.Actor, cancellationToken);
        await _registry.AssignAsync("MOVE4", _shop.Butcher, Shop.Actor, cancellationToken);

        Assert.That(await _directory.FindAsync(_shop.Bakery, "MOVE4", cancellationToken), Is.Null);
        Assert.That(await _directory.FindAsync(_shop.Butcher, "MOVE4", cancellationToken), Is.Not.Null);
    }

    [Test]
    public async Task Assigning_refuses_unknown_terminals_and_merchants(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("MOVE3", null, cancellationToken);

        var unknownTerminal = await _registry.AssignAsync("NOBODY", _shop.Bakery, Shop.Actor, cancellationToken);
        var unknownMerchant = await _registry.AssignAsync("MOVE3", new MerchantId(Guid.NewGuid()), Shop.Actor, cancellationToken);

        Assert.That((unknownTerminal, unknownMerchant), Is.EqualTo((TerminalOutcome.UnknownTerminal, TerminalOutcome.UnknownMerchant)));
    }

    [Test]
    public async Task Transfers_in_opposite_directions_do_not_block_each_other(CancellationToken cancellationToken)
    {
        var transfers = new TerminalTransfers(_shop.Tenants);
        string[] ids = ["X1", "X2", "X3", "X4", "X5", "X6"];
        var proposed = new List<Guid>();
        foreach (var (id, n) in ids.Select((id, n) => (id, n)))
        {
            await _shop.AddTerminalAsync(id, n % 2 == 0 ? _shop.Bakery : _shop.Butcher, cancellationToken);
            proposed.Add((await transfers.ProposeAsync(id, n % 2 == 0 ? _shop.Butcher : _shop.Bakery, Shop.Actor, cancellationToken)).Proposed!.TransferId);
        }

        await Task.WhenAll(proposed.Select(transfer => transfers.AgreeAsync(transfer, _shop.Bakery, Shop.Actor, cancellationToken)));
        var outcomes = await Task.WhenAll(proposed.Select(transfer => transfers.AgreeAsync(transfer, _shop.Butcher, Shop.Actor, cancellationToken)));

        Assert.That(outcomes, Is.All.EqualTo(TransferOutcome.Transferred));
    }

    [Test]
    public async Task Settings_are_changed_and_audited_only_when_they_differ(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("SET1", _shop.Bakery, cancellationToken, new TerminalSettings { Label = "old", FirmwareVersion = "14.0.11.01" });

        await _registry.UpdateAsync("SET1", settings => settings with { Label = "new" }, Shop.Actor, cancellationToken);
        await _registry.UpdateAsync("SET1", settings => settings with { Label = "new" }, Shop.Actor, cancellationToken);
        var invalid = await _registry.UpdateAsync(
            "SET1", settings => settings with { TopicTemplate = "1/2/3/4/5/6/7/8" }, Shop.Actor, cancellationToken);

        var row = await _directory.FindAsync(_shop.Bakery, "SET1", cancellationToken);
        Assert.That((row!.Label, row.FirmwareVersion, row.TopicTemplate), Is.EqualTo(("new", "14.0.11.01", (string?)null)));
        Assert.That(invalid, Is.EqualTo(TerminalOutcome.InvalidTopic));
        Assert.That(
            await _shop.AuditAsync(_shop.Bakery, "SET1", cancellationToken),
            Is.EqualTo(new[] { "key:test 192.0.2.7 terminal.add", "key:test 192.0.2.7 terminal.update" }));
    }

    [Test]
    public async Task The_owner_of_the_schema_may_register_terminals_too(CancellationToken cancellationToken)
    {
        var outcome = await new TerminalRegistry(new TenantDatabase(_shop.Database.Owner)).AddAsync(
            new NewTerminal("OWNER1", "GrundmasterNL") { Merchant = _shop.Bakery }, CloudKick.Relay.Security.Actor.Cli, cancellationToken);

        Assert.That(outcome, Is.EqualTo(TerminalOutcome.Done));
        Assert.That(await _directory.FindAsync(_shop.Bakery, "OWNER1", cancellationToken), Is.Not.Null);
    }
}
