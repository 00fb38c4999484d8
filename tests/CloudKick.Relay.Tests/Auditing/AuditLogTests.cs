using System.Text;
using System.Text.Json;
using CloudKick.Relay.Auditing;
using CloudKick.Relay.Csv;
using CloudKick.Relay.Database;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Relay.Whitelist;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Auditing;

/// <summary>The chains, also after somebody with the database owner's rights was at them.</summary>
[CancelAfter(120_000)]
internal sealed class AuditLogTests
{
    private const int Rows = 6;

    private Shop _shop = null!;
    private AuditLog _log = null!;

    [SetUp]
    public async Task Open()
    {
        _shop = await Shop.OpenAsync();
        _log = new AuditLog(_shop.Tenants);
        var whitelist = new MerchantWhitelist(_shop.Tenants);
        for (var i = 1; i <= Rows; i++)
        {
            await whitelist.PutAsync(_shop.Bakery, new WhitelistSetting($"NL00010{i}", "counter, \"left\""), Shop.Actor, CancellationToken.None);
            await whitelist.PutAsync(_shop.Butcher, new WhitelistSetting($"NL00020{i}"), Shop.Actor, CancellationToken.None);
        }
    }

    [TearDown]
    public async Task Close() => await _shop.DisposeAsync();

    [Test]
    public async Task A_chain_that_nobody_touched_is_whole(CancellationToken cancellationToken)
    {
        var verdict = await _log.VerifyAsync(_shop.Bakery, cancellationToken);
        var platform = await _log.VerifyAsync(null, cancellationToken);

        Assert.That(verdict.Faults, Is.Empty);
        Assert.That(verdict.Length, Is.EqualTo(Rows));
        Assert.That(verdict.Head, Is.EqualTo((await NewestAsync(cancellationToken)).Hash));
        Assert.That(platform.IsWhole, Is.True);
    }

    [TestCase("update audit_log set after = '{\"label\": \"mine\"}' where merchant_id = @merchant and chain_index = 3", "3 changed")]
    [TestCase("update audit_log set actor = 'key:another' where merchant_id = @merchant and chain_index = 3", "3 changed")]
    [TestCase("update audit_log set at = at + interval '1 second' where merchant_id = @merchant and chain_index = 3", "3 changed")]
    [TestCase("update audit_log set origin = null where merchant_id = @merchant and chain_index = 6", "6 changed")]
    [TestCase("update audit_log set merchant_id = @other, chain_index = 100 where merchant_id = @merchant and chain_index = 3", "4 missing-before")]
    [TestCase("delete from audit_log where merchant_id = @merchant and chain_index = 1", "2 missing-before")]
    [TestCase("delete from audit_log where merchant_id = @merchant and chain_index = 3", "4 missing-before")]
    [TestCase("delete from audit_log where merchant_id = @merchant and chain_index = 6", "6 missing-at-end")]
    [TestCase("delete from audit_log where merchant_id = @merchant", "6 missing-at-end")]
    public async Task What_the_databases_owner_changes_is_found(string tampering, string fault, CancellationToken cancellationToken)
    {
        await TamperAsync(tampering, cancellationToken);

        var verdict = await _log.VerifyAsync(_shop.Bakery, cancellationToken);

        Assert.That(verdict.Faults.Select(found => $"{found.ChainIndex} {found.Kind}"), Does.Contain(fault));
    }

    [Test]
    public async Task Rows_that_changed_places_are_found(CancellationToken cancellationToken)
    {
        await TamperAsync(
            """
            update audit_log set chain_index = -chain_index where merchant_id = @merchant and chain_index in (3, 4);
            update audit_log set chain_index = 7 + chain_index where merchant_id = @merchant and chain_index in (-3, -4);
            """,
            cancellationToken);

        var verdict = await _log.VerifyAsync(_shop.Bakery, cancellationToken);

        Assert.That(verdict.Faults.Select(found => found.ChainIndex), Is.EqualTo(new[] { 3, 4, 5 }));
    }

    [Test]
    public async Task A_row_whose_hash_was_made_anew_breaks_the_chain_after_it(CancellationToken cancellationToken)
    {
        await TamperAsync(
            """
            update audit_log set actor = 'cli',
                hash = audit_hash(previous, merchant_id, chain_index, 'cli', action, subject, before, after, origin, at)
            where merchant_id = @merchant and chain_index = 3
            """,
            cancellationToken);

        var verdict = await _log.VerifyAsync(_shop.Bakery, cancellationToken);

        Assert.That(verdict.Faults, Is.EqualTo(new[] { new AuditFault(4, "not-following") }));
    }

    [Test]
    public async Task A_loss_at_the_end_is_not_forgotten_with_the_next_row(CancellationToken cancellationToken)
    {
        await TamperAsync("delete from audit_log where merchant_id = @merchant and chain_index = 6", cancellationToken);
        await new MerchantWhitelist(_shop.Tenants).PutAsync(_shop.Bakery, new WhitelistSetting("NL000177"), Shop.Actor, cancellationToken);

        var verdict = await _log.VerifyAsync(_shop.Bakery, cancellationToken);

        Assert.That(verdict.IsWhole, Is.False);
    }

    [Test]
    public async Task Another_merchants_chain_stays_whole(CancellationToken cancellationToken)
    {
        await TamperAsync("delete from audit_log where merchant_id = @merchant and chain_index = 3", cancellationToken);

        Assert.That((await _log.VerifyAsync(_shop.Butcher, cancellationToken)).IsWhole, Is.True);
    }

    [TestCase("update audit_log set actor = 'nobody'")]
    [TestCase("delete from audit_log")]
    [TestCase("insert into audit_log (chain_index, actor, action, subject, at, previous, hash) values (99, 'x', 'x', 'x', now(), '', '')")]
    [TestCase("delete from audit_heads")]
    public async Task The_relays_login_cannot_do_any_of_that(string tampering, CancellationToken cancellationToken)
    {
        Assert.That(
            () => _shop.Tenants.ExecuteAsync(Tenant.Platform, tampering, null, cancellationToken),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.InsufficientPrivilege));
        Assert.That((await _log.VerifyAsync(_shop.Bakery, cancellationToken)).IsWhole, Is.True);
    }

    [Test]
    public async Task Rows_are_found_by_what_they_say(CancellationToken cancellationToken)
    {
        var now = (await NewestAsync(cancellationToken)).At;

        Assert.That(await CountAsync(new AuditFilter(Action: "whitelist.")), Is.EqualTo(Rows));
        Assert.That(await CountAsync(new AuditFilter(Action: "merchant.")), Is.Zero);
        Assert.That(await CountAsync(new AuditFilter(Subject: "NL000103")), Is.EqualTo(1));
        Assert.That(await CountAsync(new AuditFilter(Who: "TEST")), Is.EqualTo(Rows));
        Assert.That(await CountAsync(new AuditFilter(Who: "somebody else")), Is.Zero);
        Assert.That(await CountAsync(new AuditFilter(From: now)), Is.EqualTo(1));
        Assert.That(await CountAsync(new AuditFilter(Until: now)), Is.EqualTo(Rows - 1));

        async Task<int> CountAsync(AuditFilter filter) => (await _log.ListAsync(_shop.Bakery, filter, null, 100, cancellationToken)).Count;
    }

    [Test]
    public async Task Files_hold_every_row_the_newest_first(CancellationToken cancellationToken)
    {
        using var csv = new MemoryStream();
        using var lines = new MemoryStream();
        await AuditExport.WriteCsvAsync(_log.ReadAllAsync(_shop.Bakery, new AuditFilter(), cancellationToken), csv, cancellationToken);
        await AuditExport.WriteJsonLinesAsync(_log.ReadAllAsync(_shop.Bakery, new AuditFilter(), cancellationToken), lines, cancellationToken);

        var reader = new CsvReader(Encoding.UTF8.GetString(csv.ToArray()));
        var header = reader.Read()!;
        var first = reader.Read()!;
        Assert.That(header, Has.Count.EqualTo(first.Count));
        Assert.That(JsonDocument.Parse(first[7]).RootElement.GetProperty("label").GetString(), Is.EqualTo("counter, \"left\""));
        var rows = Encoding.UTF8.GetString(lines.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToArray();
        Assert.That(rows.Select(row => row.GetProperty("index").GetInt64()), Is.EqualTo(new[] { 6, 5, 4, 3, 2, 1 }));
        Assert.That(rows[0].GetProperty("origin").GetString(), Is.EqualTo("192.0.2.7"));
        Assert.That(rows[0].GetProperty("before").ValueKind, Is.EqualTo(JsonValueKind.Null));
    }

    private async Task<AuditEntry> NewestAsync(CancellationToken cancellationToken) =>
        (await _log.ListAsync(_shop.Bakery, new AuditFilter(), null, 1, cancellationToken))[0];

    private async Task TamperAsync(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await _shop.Database.Owner.OpenConnectionAsync(cancellationToken);
        var changed = await connection.ExecuteAsync(sql, new { merchant = _shop.Bakery.Value, other = _shop.Butcher.Value });
        Assert.That(changed, Is.Positive, "nothing was tampered with");
    }
}
