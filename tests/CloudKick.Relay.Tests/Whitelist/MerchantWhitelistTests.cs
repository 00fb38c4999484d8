using CloudKick.Relay.Database;
using CloudKick.Relay.Tests.Database;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Relay.Whitelist;

namespace CloudKick.Relay.Tests.Whitelist;

[CancelAfter(120_000)]
internal sealed class MerchantWhitelistTests
{
    private static readonly DateTimeOffset NewYear = new(2099, 1, 1, 0, 0, 0, TimeSpan.FromHours(1));

    private Shop _shop = null!;
    private MerchantWhitelist _whitelist = null!;

    [OneTimeSetUp]
    public async Task OpenShop()
    {
        _shop = await Shop.OpenAsync();
        _whitelist = new MerchantWhitelist(_shop.Tenants);
    }

    [OneTimeTearDown]
    public async Task CloseShop() => await _shop.DisposeAsync();

    [Test]
    public async Task Entry_is_created_then_updated_then_left_alone(CancellationToken cancellationToken)
    {
        var created = await PutAsync(new WhitelistSetting("PUT1", "counter"), cancellationToken);
        var updated = await PutAsync(new WhitelistSetting("PUT1", "terrace", NewYear), cancellationToken);
        var unchanged = await PutAsync(new WhitelistSetting("PUT1", "terrace", NewYear), cancellationToken);

        Assert.That(
            new[] { created.Effect, updated.Effect, unchanged.Effect },
            Is.EqualTo(new[] { WhitelistEffect.Created, WhitelistEffect.Updated, WhitelistEffect.Unchanged }));
        Assert.That(unchanged.Entry.Label, Is.EqualTo("terrace"));
        Assert.That(unchanged.Entry.EnabledUntil, Is.EqualTo(NewYear.UtcDateTime));
        Assert.That(unchanged.Entry.UpdatedAt, Is.EqualTo(updated.Entry.UpdatedAt).And.GreaterThan(created.Entry.UpdatedAt));
        Assert.That(unchanged.Entry.CreatedAt, Is.EqualTo(created.Entry.CreatedAt));
    }

    [Test]
    public async Task Every_change_is_audited_once_and_nothing_else_is(CancellationToken cancellationToken)
    {
        await PutAsync(new WhitelistSetting("AUDIT1"), cancellationToken);
        await PutAsync(new WhitelistSetting("AUDIT1"), cancellationToken);
        await PutAsync(new WhitelistSetting("AUDIT1", "new"), cancellationToken);
        await _whitelist.RemoveAsync(_shop.Bakery, "AUDIT1", Shop.Actor, cancellationToken);
        await _whitelist.RemoveAsync(_shop.Bakery, "AUDIT1", Shop.Actor, cancellationToken);

        Assert.That(
            await _shop.AuditAsync(_shop.Bakery, "AUDIT1", cancellationToken),
            Is.EqualTo(new[] { "key:test 192.0.2.7 whitelist.add", "key:test 192.0.2.7 whitelist.update", "key:test 192.0.2.7 whitelist.remove" }));
    }

    [Test]
    public async Task Removing_tells_whether_there_was_an_entry(CancellationToken cancellationToken)
    {
        await PutAsync(new WhitelistSetting("GONE1"), cancellationToken);

        var first = await _whitelist.RemoveAsync(_shop.Bakery, "GONE1", Shop.Actor, cancellationToken);
        var second = await _whitelist.RemoveAsync(_shop.Bakery, "GONE1", Shop.Actor, cancellationToken);

        Assert.That((first.Effect, second.Effect), Is.EqualTo((WhitelistEffect.Removed, WhitelistEffect.Unchanged)));
        Assert.That(await _whitelist.FindAsync(_shop.Bakery, "GONE1", cancellationToken), Is.Null);
    }

    [Test]
    public async Task Unknown_and_foreign_terminals_look_alike(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("FOREIGN1", _shop.Butcher, cancellationToken);
        await _shop.AddTerminalAsync("OWN1", _shop.Bakery, cancellationToken);

        var foreign = await PutAsync(new WhitelistSetting("FOREIGN1"), cancellationToken);
        var unknown = await PutAsync(new WhitelistSetting("UNKNOWN1"), cancellationToken);
        var own = await PutAsync(new WhitelistSetting("OWN1"), cancellationToken);

        Assert.That((foreign.Entry.Registered, unknown.Entry.Registered, own.Entry.Registered), Is.EqualTo((false, false, true)));
        Assert.That(foreign.Effect, Is.EqualTo(unknown.Effect));
    }

    [Test]
    public async Task Merchants_see_and_change_their_own_entries_only(CancellationToken cancellationToken)
    {
        await PutAsync(new WhitelistSetting("SHARED1", "bakery's"), cancellationToken);
        await _whitelist.PutAsync(_shop.Butcher, new WhitelistSetting("SHARED1", "butcher's"), Shop.Actor, cancellationToken);

        await _whitelist.RemoveAsync(_shop.Butcher, "SHARED1", Shop.Actor, cancellationToken);

        Assert.That((await _whitelist.FindAsync(_shop.Bakery, "SHARED1", cancellationToken))?.Label, Is.EqualTo("bakery's"));
        Assert.That(await _whitelist.ListAsync(_shop.Butcher, new WhitelistFilter("SHARED"), null, 10, cancellationToken), Is.Empty);
    }

    [Test]
    public async Task An_entry_whose_time_has_passed_is_not_enabled(CancellationToken cancellationToken)
    {
        var past = await PutAsync(new WhitelistSetting("PAST1", EnabledUntil: new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero)), cancellationToken);
        var future = await PutAsync(new WhitelistSetting("FUTURE1", EnabledUntil: NewYear), cancellationToken);

        Assert.That((past.Entry.Enabled, future.Entry.Enabled), Is.EqualTo((false, true)));
    }

    [Test]
    public async Task List_is_paged_by_key_and_filtered_by_prefix(CancellationToken cancellationToken)
    {
        foreach (var id in new[] { "PAGE3", "PAGE1", "PAGE2", "PAGX" })
            await PutAsync(new WhitelistSetting(id), cancellationToken);

        var first = await _whitelist.ListAsync(_shop.Bakery, new WhitelistFilter("PAGE"), null, 2, cancellationToken);
        var rest = await _whitelist.ListAsync(_shop.Bakery, new WhitelistFilter("PAGE"), "PAGE2", 2, cancellationToken);

        Assert.That(first.Select(entry => entry.TerminalId), Is.EqualTo(new[] { "PAGE1", "PAGE2" }));
        Assert.That(rest.Select(entry => entry.TerminalId), Is.EqualTo(new[] { "PAGE3" }));
    }

    [Test]
    public async Task Underscores_in_a_prefix_stand_for_themselves(CancellationToken cancellationToken)
    {
        await PutAsync(new WhitelistSetting("U_1"), cancellationToken);
        await PutAsync(new WhitelistSetting("UX1"), cancellationToken);

        var found = await _whitelist.ListAsync(_shop.Bakery, new WhitelistFilter("U_"), null, 10, cancellationToken);

        Assert.That(found.Select(entry => entry.TerminalId), Is.EqualTo(new[] { "U_1" }));
    }

    [Test]
    public async Task Import_tells_what_it_did_line_by_line(CancellationToken cancellationToken)
    {
        await _shop.AddTerminalAsync("IMP2", _shop.Bakery, cancellationToken);
        await PutAsync(new WhitelistSetting("IMP2", "old"), cancellationToken);
        await PutAsync(new WhitelistSetting("IMP3", "same"), cancellationToken);
        WhitelistSetting[] wanted = [new("IMP3", "same"), new("IMP1", "new"), new("IMP2", "changed")];

        var dry = await _whitelist.ImportAsync(_shop.Bakery, wanted, Shop.Actor, dryRun: true, cancellationToken);
        var untouched = await _whitelist.FindAsync(_shop.Bakery, "IMP1", cancellationToken);
        var real = await _whitelist.ImportAsync(_shop.Bakery, wanted, Shop.Actor, dryRun: false, cancellationToken);

        Assert.That(dry, Is.EqualTo(new WhitelistImportOutcome[]
        {
            new(WhitelistEffect.Unchanged, false, new("same", null), new("same", null)),
            new(WhitelistEffect.Created, false, null, new("new", null)),
            new(WhitelistEffect.Updated, true, new("old", null), new("changed", null)),
        }));
        Assert.That(real, Is.EqualTo(dry));
        Assert.That(untouched, Is.Null);
        Assert.That((await _whitelist.FindAsync(_shop.Bakery, "IMP2", cancellationToken))?.Label, Is.EqualTo("changed"));
        Assert.That(await _shop.AuditAsync(_shop.Bakery, "IMP1", cancellationToken), Is.EqualTo(new[] { "key:test 192.0.2.7 whitelist.add" }));
        Assert.That(await _shop.AuditAsync(_shop.Bakery, "IMP3", cancellationToken), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_an_import_does_not_name_stays_as_it_was(CancellationToken cancellationToken)
    {
        var past = new DateTimeOffset(2020, 1, 1, 0, 0, 0, TimeSpan.Zero);
        await PutAsync(new WhitelistSetting("KEEP1", "old", past), cancellationToken);
        await PutAsync(new WhitelistSetting("KEEP2", "old", past), cancellationToken);

        var outcomes = await _whitelist.ImportAsync(
            _shop.Bakery,
            [
                new("KEEP1", "new") { KeepsEnabledUntil = true }, new("KEEP2", "", NewYear) { KeepsLabel = true },
                new("KEEP3") { KeepsLabel = true, KeepsEnabledUntil = true },
            ],
            Shop.Actor, dryRun: false, cancellationToken);

        WhitelistContent[] expected = [new("new", past.UtcDateTime), new("old", NewYear.UtcDateTime), new("", null)];
        var entries = await _whitelist.ListAsync(_shop.Bakery, new WhitelistFilter("KEEP"), null, 10, cancellationToken);
        Assert.That(entries.Select(entry => new WhitelistContent(entry.Label, entry.EnabledUntil)), Is.EqualTo(expected));
        Assert.That(outcomes.Select(outcome => outcome.After), Is.EqualTo(expected));
        Assert.That(outcomes.Select(outcome => outcome.Before), Is.EqualTo(new WhitelistContent?[] { new("old", past.UtcDateTime), new("old", past.UtcDateTime), null }));
    }

    [Test]
    public async Task Ten_thousand_lines_are_imported_at_once(CancellationToken cancellationToken)
    {
        var merchant = await _shop.AddMerchantAsync("Chain", cancellationToken);
        WhitelistSetting[] wanted = [.. Enumerable.Range(0, WhitelistImportFile.MaximumLines).Select(n => new WhitelistSetting($"BIG{n}"))];

        var outcomes = await _whitelist.ImportAsync(merchant, wanted, Shop.Actor, dryRun: false, cancellationToken);

        Assert.That(outcomes, Has.All.Property(nameof(WhitelistImportOutcome.Effect)).EqualTo(WhitelistEffect.Created));
        Assert.That(await _whitelist.ListAsync(merchant, new WhitelistFilter("BIG"), null, 20_000, cancellationToken), Has.Count.EqualTo(wanted.Length));
    }

    [Test]
    public async Task Concurrent_changes_of_one_merchant_keep_one_unbroken_audit_chain(CancellationToken cancellationToken)
    {
        var merchant = await _shop.AddMerchantAsync("Busy", cancellationToken);
        string[] ids = ["C1", "C2", "C3", "C4"];

        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => _whitelist.ImportAsync(
            merchant,
            [.. (n % 2 == 0 ? ids : ids.Reverse()).Select(id => new WhitelistSetting(id, $"by {n}"))],
            Shop.Actor, dryRun: false, cancellationToken)));

        var links = await _shop.Tenants.QueryAsync<long>(
            merchant, "select chain_index from audit_log order by chain_index", null, cancellationToken);
        Assert.That(links, Is.EqualTo(Enumerable.Range(1, 64).Select(n => (long)n)));
        Assert.That(
            (await _shop.AuditAsync(merchant, "C1", cancellationToken)).Count(line => line.EndsWith("whitelist.add", StringComparison.Ordinal)),
            Is.EqualTo(1));
    }

    [Test]
    public async Task An_import_that_meets_a_batch_of_kicks_crosswise_is_done_again(CancellationToken cancellationToken)
    {
        await PutAsync(new WhitelistSetting("CROSS1"), cancellationToken);
        await PutAsync(new WhitelistSetting("CROSS2"), cancellationToken);
        var attempts = 0;

        // PostgreSQL ends whoever looks first, the import; on a very busy machine it may be the other one, and then it proves nothing.
        while (!await MeetAsync($"changed {++attempts}", cancellationToken))
        {
        }

        var entries = await _whitelist.ListAsync(_shop.Bakery, new WhitelistFilter("CROSS"), null, 10, cancellationToken);
        Assert.That(entries.Select(entry => entry.Label), Is.All.EqualTo($"changed {attempts}"));
    }

    /// <summary>True when the import was the one that PostgreSQL ended.</summary>
    private Task<bool> MeetAsync(string label, CancellationToken cancellationToken) => Crosswise.MeetAsync(
        _shop,
        "select from whitelist_entries where terminal_id = 'CROSS2' for share",
        "select from whitelist_entries where terminal_id = 'CROSS1' for share",
        new { },
        () => _whitelist.ImportAsync(_shop.Bakery, [new("CROSS1", label), new("CROSS2", label)], Shop.Actor, dryRun: false, cancellationToken),
        cancellationToken);

    [Test]
    public void Broken_settings_are_refused_before_the_database_is_asked()
    {
        Assert.That(async () => await PutAsync(new WhitelistSetting("a/b"), default), Throws.ArgumentException);
        Assert.That(async () => await PutAsync(new WhitelistSetting("OK", "tab\t"), default), Throws.ArgumentException);
        Assert.That(
            async () => await _whitelist.ImportAsync(_shop.Bakery, [new("A"), new("A")], Shop.Actor, dryRun: true, default),
            Throws.ArgumentException);
    }

    private async Task<(WhitelistEntry Entry, WhitelistEffect Effect)> PutAsync(WhitelistSetting setting, CancellationToken cancellationToken)
    {
        var (entry, effect) = await _whitelist.PutAsync(_shop.Bakery, setting, Shop.Actor, cancellationToken);
        return (entry!, effect);
    }

    [Test]
    public async Task A_long_change_is_told_by_its_beginning(CancellationToken cancellationToken)
    {
        var merchant = await _shop.AddMerchantAsync("Glance", cancellationToken);
        var none = await _whitelist.FindLastChangeAsync(merchant, 5, cancellationToken);
        await _whitelist.ImportAsync(merchant, [.. Enumerable.Range(1, 7).Select(n => new WhitelistSetting($"LONG{n}", "till"))], Shop.Actor, dryRun: false, cancellationToken);

        var whole = (await _whitelist.FindLastChangeAsync(merchant, cancellationToken))!;
        var five = (await _whitelist.FindLastChangeAsync(merchant, 5, cancellationToken))!;
        var ten = (await _whitelist.FindLastChangeAsync(merchant, 10, cancellationToken))!;

        Assert.That(none, Is.Null);
        Assert.That((five.ChangeId, five.ChangedAt, five.Count), Is.EqualTo((whole.ChangeId, whole.ChangedAt, 7)));
        Assert.That(five.First, Is.EqualTo(whole.Differences.Take(5)));
        Assert.That(ten.First, Is.EqualTo(whole.Differences));
    }

    [Test]
    public async Task The_last_change_is_undone_whole_and_the_undoing_too(CancellationToken cancellationToken)
    {
        var merchant = await _shop.AddMerchantAsync("Undo", cancellationToken);
        var until = new DateTimeOffset(2030, 1, 31, 22, 59, 59, TimeSpan.Zero);
        await _whitelist.PutAsync(merchant, new WhitelistSetting("UNDO1", "first", until), Shop.Actor, cancellationToken);
        await _whitelist.ImportAsync(
            merchant, [new("UNDO1", "changed"), new("UNDO2", "new")], Shop.Actor, dryRun: false, cancellationToken);
        var change = (await _whitelist.FindLastChangeAsync(merchant, cancellationToken))!;

        var undone = await _whitelist.UndoAsync(merchant, change.ChangeId, Shop.Actor, cancellationToken);
        var afterwards = await _whitelist.ListAsync(merchant, new WhitelistFilter(), null, 10, cancellationToken);
        var again = await _whitelist.UndoAsync(merchant, change.ChangeId, Shop.Actor, cancellationToken);
        var redo = (await _whitelist.FindLastChangeAsync(merchant, cancellationToken))!;
        await _whitelist.UndoAsync(merchant, redo.ChangeId, Shop.Actor, cancellationToken);

        Assert.That(undone?.ChangeId, Is.EqualTo(redo.ChangeId));
        Assert.That(again, Is.Null);
        Assert.That(change.Differences, Has.Count.EqualTo(2));
        Assert.That(afterwards.Select(entry => (entry.TerminalId, entry.Label, entry.EnabledUntil)), Is.EqualTo(new[] { ("UNDO1", "first", (DateTime?)until.UtcDateTime) }));
        var last = await _whitelist.ListAsync(merchant, new WhitelistFilter(), null, 10, cancellationToken);
        Assert.That(last.Select(entry => entry.Label), Is.EqualTo(new[] { "changed", "new" }));
        Assert.That(await _shop.AuditAsync(merchant, "UNDO2", cancellationToken), Has.Count.EqualTo(3));
    }

    [Test]
    public async Task Entries_are_found_by_label_and_state(CancellationToken cancellationToken)
    {
        var merchant = await _shop.AddMerchantAsync("Search", cancellationToken);
        await _shop.AddTerminalAsync("FIND1", merchant, cancellationToken);
        await _whitelist.ImportAsync(
            merchant, [new("FIND1", "Counter left"), new("FIND2", "Terrace"), new("FIND3", "counter", DateTimeOffset.UnixEpoch)], Shop.Actor, dryRun: false, cancellationToken);

        Assert.That(await FoundAsync(new WhitelistFilter(Search: "COUNTER")), Is.EqualTo(new[] { "FIND1", "FIND3" }));
        Assert.That(await FoundAsync(new WhitelistFilter(Search: "find2")), Is.EqualTo(new[] { "FIND2" }));
        Assert.That(await FoundAsync(new WhitelistFilter(State: WhitelistState.Active)), Is.EqualTo(new[] { "FIND1" }));
        Assert.That(await FoundAsync(new WhitelistFilter(State: WhitelistState.Expired)), Is.EqualTo(new[] { "FIND3" }));
        Assert.That(await FoundAsync(new WhitelistFilter(State: WhitelistState.Unregistered)), Is.EqualTo(new[] { "FIND2", "FIND3" }));

        async Task<IEnumerable<string>> FoundAsync(WhitelistFilter filter) =>
            (await _whitelist.ListAsync(merchant, filter, null, 10, cancellationToken)).Select(entry => entry.TerminalId);
    }
}
