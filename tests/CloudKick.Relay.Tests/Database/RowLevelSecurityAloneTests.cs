using System.Globalization;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Tests.Terminals;
using CloudKick.Relay.Users;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

/// <summary>
/// What is left when the application's own filters are off: the relay's login and its tenant setting, and statements that name no
/// merchant, or a wrong one. Every table is asked, and every row that comes back must be the tenant's.
/// </summary>
[CancelAfter(120_000)]
internal sealed class RowLevelSecurityAloneTests
{
    private Shop _shop = null!;

    [OneTimeSetUp]
    public async Task Open()
    {
        _shop = await Shop.OpenAsync();
        var third = await _shop.AddMerchantAsync("Candlemaker", CancellationToken.None);
        await FillAsync(_shop.Bakery, "1", third);
        await FillAsync(_shop.Butcher, "2", third);
        // Kicks are counted up to the first that is open, so those come last.
        await _shop.Tenants.ExecuteAsync(Tenant.Platform, "select roll_up_kicks(1000, interval '-1 s')", null, CancellationToken.None);
        await _shop.AddKickedTerminalAsync("NL000511", _shop.Bakery, CancellationToken.None);
        await _shop.AddKickedTerminalAsync("NL000512", _shop.Butcher, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task Close() => await _shop.DisposeAsync();

    [Test]
    public async Task Every_table_that_the_relay_can_read_shows_a_merchant_only_its_own_rows(CancellationToken cancellationToken)
    {
        var leaks = new List<string>();
        var hidden = new List<string>();
        var empty = new List<string>();
        var tables = await TablesAsync(cancellationToken);
        foreach (var (table, owner) in tables)
        {
            var theirs = await _shop.Tenants.QueryAsync<Guid?>(_shop.Bakery, $"select {owner} from {table} t", null, cancellationToken);
            if (theirs.Any(merchant => merchant != _shop.Bakery.Value))
                leaks.Add(table);
            if (theirs.Count == 0)
                hidden.Add(table);
            if (await AllAsync(table, owner, _shop.Butcher, cancellationToken) == 0)
                empty.Add(table);
        }

        Assert.That(leaks, Is.Empty);
        Assert.That(tables.Select(table => table.Name), Does.Contain("kicks").And.Contain("users").And.Contain("user_sessions").And.Contain("audit_log"));
        Assert.That(empty, Is.Empty, "A table without the other merchant's rows proves nothing: put some there.");
        Assert.That(hidden, Is.Empty, "A table that shows the merchant nothing of its own proves nothing either.");
    }

    [Test]
    public async Task Nobody_sees_nothing(CancellationToken cancellationToken)
    {
        await using var connection = await _shop.Database.Service.OpenConnectionAsync(cancellationToken);
        var seen = new List<string>();
        foreach (var (table, _) in await TablesAsync(cancellationToken))
        {
            if (await connection.ExecuteScalarAsync<long>($"select count(*) from {table}") > 0)
                seen.Add(table);
        }

        Assert.That(seen, Is.Empty);
    }

    [Test]
    public async Task No_statement_changes_or_removes_another_merchants_row(CancellationToken cancellationToken)
    {
        var before = await CountsAsync(cancellationToken);
        foreach (var (table, owner) in await TablesAsync(cancellationToken))
        {
            foreach (var statement in new[] { $"delete from {table} t where {owner} = @other", $"update {table} t set {await AnyColumnAsync(table, cancellationToken)} where {owner} = @other" })
            {
                try
                {
                    var touched = await _shop.Tenants.ExecuteAsync(_shop.Bakery, statement, new { other = _shop.Butcher.Value }, cancellationToken);
                    Assert.That(touched, Is.Zero, statement);
                }
                catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
                {
                    // Not even granted.
                }
            }
        }

        Assert.That(await CountsAsync(cancellationToken), Is.EqualTo(before));
    }

    [TestCase("insert into whitelist_entries (merchant_id, terminal_id) values (@other, 'NL000999')")]
    [TestCase("insert into users (merchant_id, email, role) values (@other, 'x@x.example', 'admin')")]
    [TestCase("insert into users (email, role) values ('y@x.example', 'platform-operator')")]
    [TestCase("insert into api_keys (key_id, merchant_id, environment, secret_hash, scopes) values ('abcdefgh', @other, 'test', sha256(''), '{kicks:read}')")]
    [TestCase("insert into terminals (terminal_id, merchant_id, management_system_id, thing_name) values ('NL000998', @other, 'GrundmasterNL', 'NL000998')")]
    [TestCase("update whitelist_entries set merchant_id = @other")]
    [TestCase("update users set merchant_id = @other")]
    public void Nothing_can_be_put_into_another_merchants_hands(string statement, CancellationToken cancellationToken)
    {
        Assert.That(
            () => _shop.Tenants.ExecuteAsync(_shop.Bakery, statement, new { other = _shop.Butcher.Value }, cancellationToken),
            Throws.TypeOf<PostgresException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    // By the ways that the relay takes where it has one, so that what follows by triggers and functions is there too.
    private async Task FillAsync(MerchantId merchant, string number, MerchantId third)
    {
        var terminal = "NL00050" + number;
        var kick = await _shop.AddKickedTerminalAsync(terminal, merchant, CancellationToken.None);
        var cancelled = await _shop.AddKickedTerminalAsync("NL00052" + number, merchant, CancellationToken.None);
        await _shop.Tenants.ExecuteAsync(
            Tenant.Platform,
            """
            select record_presence(
                array[@terminal], array[true], array[1::bigint], array['session'], array[now()], array[null]::text[], array['192.0.2.9'], array[null]::text[]);
            select record_heartbeat('test', interval '1 minute');
            select open_tas_session(gen_random_uuid(), @terminal, @kick, 'test', '192.0.2.9');
            select record_refused_kicks(
                array[@merchant], array[@terminal], array['terminal-offline'], array['GrundmasterNL'], array[now()], array[1::bigint]);
            select cancel_kick(@merchant, @cancelled, 'test');
            select record_cloud_connect_1_requests(array[@merchant], array[@terminal], array[1::bigint]);
            insert into terminal_transfers (terminal_id, from_merchant, to_merchant, from_name, to_name, proposed_by)
            values (@terminal, @merchant, @third, 'one', 'other', 'test');
            """,
            new { terminal, kick = kick.Value, cancelled = cancelled.Value, merchant = merchant.Value, third = third.Value }, CancellationToken.None);
        var registry = new UserRegistry(_shop.Tenants);
        await registry.InviteAsync(new NewUser(merchant, $"invited{number}@shop.example", Roles.Viewer), TimeSpan.FromDays(1), Shop.Actor, CancellationToken.None);
        await new ApiKeys(_shop.Tenants).CreateAsync(new NewApiKey(merchant, "test", "", Scopes.OfMerchants), Shop.Actor, CancellationToken.None);
        await using var owner = await _shop.Database.Owner.OpenConnectionAsync();
        await owner.ExecuteAsync(
            """
            insert into user_sessions (user_id, token_hash, stage, ends_at) select user_id, sha256(user_id::text::bytea), 'complete', now() + interval '1 h' from users where merchant_id = @merchant;
            insert into user_recovery_codes (user_id, code_hash) select user_id, sha256('code') from users where merchant_id = @merchant;
            """,
            new { merchant = merchant.Value });
    }

    // Each with the expression that says whose a row is. A table that this cannot say is a question for whoever made it.
    private async Task<IReadOnlyList<(string Name, string Owner)>> TablesAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _shop.Database.Owner.OpenConnectionAsync(cancellationToken);
        var columns = (await connection.QueryAsync<(string Table, string Column)>(
            """
            select c.relname, a.attname
            from pg_class c
            join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
              and has_table_privilege('cloudkick_service', c.oid, 'select')
            order by c.relname
            """)).ToLookup(row => row.Table, row => row.Column);
        var tables = new List<(string, string)>();
        foreach (var table in columns.Where(table => !CatalogueTests.Unguarded.ContainsKey(table.Key)))
        {
            // Asked as somebody who sees everything: the owner of the row must not depend on what the asker sees.
            var owner = table.Contains("merchant_id") ? "t.merchant_id"
                // Seen from both sides; here always on their way to a third.
                : table.Contains("from_merchant") ? "t.from_merchant"
                : table.Contains("user_id") ? Whose("users", "user_id")
                : table.Contains("terminal_id") ? Whose("terminals", "terminal_id")
                : table.Contains("kick_id") ? Whose("kicks", "kick_id")
                : throw new InvalidOperationException($"Whose are the rows of {table.Key}?");
            tables.Add((table.Key, owner));
        }

        return tables;

        // A row whose owner the tenant cannot see comes back as null, which is not the tenant: a leak.
        static string Whose(string parent, string key) => string.Create(CultureInfo.InvariantCulture, $"(select p.merchant_id from {parent} p where p.{key} = t.{key})");
    }

    private async Task<long> AllAsync(string table, string owner, MerchantId merchant, CancellationToken cancellationToken)
    {
        await using var connection = await _shop.Database.Owner.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>($"select count(*) from {table} t where {owner} = @merchant", new { merchant = merchant.Value });
    }

    private async Task<string> CountsAsync(CancellationToken cancellationToken)
    {
        var counts = new List<string>();
        foreach (var (table, owner) in await TablesAsync(cancellationToken))
            counts.Add($"{table} {await AllAsync(table, owner, _shop.Butcher, cancellationToken)}");
        return string.Join(", ", counts);
    }

    private async Task<string> AnyColumnAsync(string table, CancellationToken cancellationToken)
    {
        await using var connection = await _shop.Database.Owner.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<string>(
            "select format('%1$I = %1$I', attname) from pg_attribute where attrelid = @table::regclass and attnum > 0 and not attisdropped and attidentity = '' order by attnum limit 1",
            new { table }) ?? throw new InvalidOperationException($"{table} has no columns.");
    }
}
