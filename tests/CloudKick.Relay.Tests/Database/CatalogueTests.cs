using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.Database;

/// <summary>Rules that every table and function of the real schema keeps, read from PostgreSQL's catalogue.</summary>
[CancelAfter(120_000)]
internal sealed class CatalogueTests
{
    /// <summary>Every table that row level security does not guard, with the reason. One that is not named here has to be guarded.</summary>
    public static readonly IReadOnlyDictionary<string, string> Unguarded = new Dictionary<string, string>
    {
        ["management_systems"] = "which TMS there are: the same for all, and the service may only read it",
        ["nodes"] = "the relay's own processes",
        ["kick_rollup"] = "one row: up to which kick they are counted",
        ["terminal_counts"] = "how many terminals there are in all: the service reads it by a function that tells the platform alone",
        ["sign_in_failures"] = "by the hash of an address that somebody gave, before anybody knows whose it is, if it is anybody's",
        ["data_protection_keys"] = "the key ring of all pages' cookies and forms, whoever they are for",
        ["schema_migrations"] = "which migrations were applied",
    };

    private const string OneKick = "news of kicks by their ids, of a node that holds their lease; moves states and tells nothing of whose they are";
    private const string Retention = "what has had its time goes, whoever's it was, and only how many are told";

    /// <summary>
    /// Every function that the service may call and that works past row level security, with the reason why it may. By name: one may be there
    /// in two forms, the second for the release before. Tables are asked in <see cref="RowLevelSecurityAloneTests"/>, functions cannot be.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> PastRowLevelSecurity = new Dictionary<string, string>
    {
        ["find_api_key"] = "a caller's merchant is known only from the key; one row, by a key's own id",
        ["record_api_key_use"] = "uses of many merchants' keys, gathered by a node; sets their time and nothing else",
        ["find_user_by_email"] = "somebody's merchant is known only from the person; one row, by a whole address",
        ["find_user_session"] = "the same, by the hash of a session's token, which nobody else has",
        ["find_user_link"] = "the same, by the hash of a link's token",
        ["append_audit"] = "the only way to write the log: appends to one chain, reads nothing out",
        ["append_audits"] = "the same, many rows in one call",
        ["accept_kicks"] = "a batch over merchants: each row is judged and stored with its own merchant's whitelist, terminals and keys",
        ["decide_kicks"] = "the same",
        ["watch_kick"] = "touches a kick only where the merchant named is its own",
        ["cancel_kick"] = "the same",
        ["claim_due_kicks"] = "any node takes over any merchant's kicks that are due; asks each one's whitelist again",
        ["expire_open_kicks"] = "deadlines pass for all merchants' kicks alike; only how many are told",
        ["record_published"] = OneKick,
        ["record_acknowledged"] = OneKick,
        ["release_kicks"] = OneKick,
        ["fail_kicks"] = OneKick,
        ["record_answers"] = "terminals' answers by kick and terminal, both of which must agree; moves states and tells nothing",
        ["open_tas_session"] = "a terminal's session comes before anybody knows whose kick it follows; one terminal's, by its id",
        ["close_tas_session"] = "by the session's own id, which the node made",
        ["record_heartbeat"] = "a node that lives closes what nodes that do not left open, whoever's",
        ["record_departure"] = "a node that stops closes its own sessions, whoever's",
        ["record_presence"] = "the cloud tells of all merchants' terminals in one batch; only how many are told",
        ["presence_is_observed"] = "whether the cloud tells anything at all: yes or no",
        ["record_refused_kicks"] = "counted over merchants in a batch; kept only where the merchant named has the terminal",
        ["record_cloud_connect_1_requests"] = "the same",
        ["roll_up_kicks"] = "one node counts all merchants' kicks, each for its own; only how many are told",
        ["roll_up_terminal_counts"] = "one node adds up the numbers of all merchants' terminals; only how many rows they were is told",
        ["count_all_terminals"] = "asks itself whether the platform asks, and tells numbers alone",
        ["forget_kick_counts"] = Retention,
        ["forget_idempotency_keys"] = Retention,
        ["forget_what_followed_kicks"] = Retention,
        ["maintain_kick_partitions"] = "days come and go for all merchants together",
    };

    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task There_are_tenant_tables_to_check()
    {
        Assert.That(await NamesAsync(TenantTables("true")), Has.Some.EqualTo("merchants").And.Some.EqualTo("kicks"));
    }

    [Test]
    public async Task Every_table_with_a_merchant_forces_row_level_security()
    {
        Assert.That(await NamesAsync(TenantTables("not (c.relrowsecurity and c.relforcerowsecurity)")), Is.Empty);
    }

    [Test]
    public async Task Every_other_table_forces_it_too_or_is_named_with_the_reason_why_not()
    {
        var unguarded = await NamesAsync(
            """
            select c.oid::regclass::text
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
            """);

        Assert.That(unguarded, Is.EquivalentTo(Unguarded.Keys));
        Assert.That(Unguarded.Values, Is.All.Not.Empty);
    }

    [Test]
    public async Task Every_table_that_forces_row_level_security_has_a_policy_that_asks_who_is_there()
    {
        var without = await NamesAsync(
            """
            select c.oid::regclass::text
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relforcerowsecurity
              and not exists (select from pg_policy p where p.polrelid = c.oid and pg_get_expr(p.polqual, p.polrelid) ~ 'current_merchant|terminals|users|kicks')
            """);

        Assert.That(without, Is.Empty);
    }

    [Test]
    public async Task Every_table_with_a_merchant_has_a_policy()
    {
        Assert.That(await NamesAsync(TenantTables("not exists (select from pg_policy p where p.polrelid = c.oid)")), Is.Empty);
    }

    [Test]
    public async Task Every_policy_depends_on_something()
    {
        // `using (true)` for the service role would open the table to every merchant.
        var open = await NamesAsync(
            """
            select format('%s on %s', p.polname, p.polrelid::regclass)
            from pg_policy p
            where (pg_get_expr(p.polqual, p.polrelid) = 'true' or pg_get_expr(p.polwithcheck, p.polrelid) = 'true')
              and (0 = any (p.polroles) or exists (
                  select from unnest(p.polroles) r (oid) where pg_has_role('cloudkick_relay', r.oid, 'usage')))
            """);

        Assert.That(open, Is.Empty);
    }

    [Test]
    public async Task Views_see_with_the_rights_of_whoever_asks()
    {
        var views = await NamesAsync(
            """
            select c.oid::regclass::text
            from pg_class c
            where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'm')
              and (c.relkind = 'm' or not coalesce(c.reloptions, '{}') && array['security_invoker=true', 'security_invoker=on'])
            """);

        Assert.That(views, Is.Empty);
    }

    [Test]
    public async Task Service_roles_own_nothing()
    {
        var owned = await NamesAsync(
            """
            select format('%s: %s', r.rolname, pg_describe_object(d.classid, d.objid, d.objsubid))
            from pg_shdepend d
            join pg_roles r on r.oid = d.refobjid and d.refclassid = 'pg_authid'::regclass
            where d.deptype = 'o' and r.rolname in ('cloudkick_service', 'cloudkick_relay')
              and d.dbid in (0, (select oid from pg_database where datname = current_database()))
            """);

        Assert.That(owned, Is.Empty);
    }

    [Test]
    public async Task Service_roles_have_no_power_beyond_their_grants()
    {
        var powerful = await NamesAsync(
            """
            select rolname from pg_roles
            where rolname in ('cloudkick_service', 'cloudkick_relay')
              and (rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication)
            union all
            select format('%s is a member of %s', m.member::regrole, m.roleid::regrole) from pg_auth_members m
            where (m.member = 'cloudkick_service'::regrole)
               or (m.member = 'cloudkick_relay'::regrole and m.roleid <> 'cloudkick_service'::regrole)
            """);

        Assert.That(powerful, Is.Empty);
    }

    [Test]
    public async Task Owner_is_neither_superuser_nor_past_row_level_security()
    {
        // Otherwise these tests would pass on a schema that fails where the owner is an ordinary role.
        var powerful = await NamesAsync("select rolname from pg_roles where rolname = 'cloudkick_owner' and (rolsuper or rolbypassrls)");

        Assert.That(powerful, Is.Empty);
    }

    [Test]
    public async Task Every_security_definer_function_has_a_fixed_search_path()
    {
        var functions = await NamesAsync(
            """
            select p.oid::regprocedure::text
            from pg_proc p
            where p.prosecdef and p.pronamespace = 'public'::regnamespace
              and not exists (select from unnest(p.proconfig) setting where setting like 'search\_path=%')
            """);

        Assert.That(functions, Is.Empty);
    }

    [Test]
    public async Task Temporary_objects_come_last_in_every_fixed_search_path()
    {
        // pg_temp is searched first unless it is named: a caller could shadow a table that a security definer function reads.
        var functions = await NamesAsync(
            """
            select p.oid::regprocedure::text
            from pg_proc p, unnest(p.proconfig) setting
            where p.prosecdef and p.pronamespace = 'public'::regnamespace
              and setting like 'search\_path=%' and setting not like '%pg\_temp' and setting <> 'search_path=""'
            """);

        Assert.That(functions, Is.Empty);
    }

    [Test]
    public async Task No_security_definer_function_is_for_everybody()
    {
        var functions = await NamesAsync(
            """
            select p.oid::regprocedure::text
            from pg_proc p
            where p.prosecdef and p.pronamespace = 'public'::regnamespace
              and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0 and a.privilege_type = 'EXECUTE'))
            """);

        Assert.That(functions, Is.Empty);
    }

    [Test]
    public async Task Every_function_that_passes_row_level_security_is_named_with_the_reason_why_it_may()
    {
        var functions = await NamesAsync(
            """
            select distinct p.proname::text
            from pg_proc p
            where p.prosecdef and p.pronamespace = 'public'::regnamespace and has_function_privilege('cloudkick_service', p.oid, 'execute')
            """);

        Assert.That(functions, Is.EquivalentTo(PastRowLevelSecurity.Keys));
        Assert.That(PastRowLevelSecurity.Values, Is.All.Not.Empty);
    }

    // Partitions too: they are tables that can be named, and their parent's policies do not guard them then.
    private static string TenantTables(string condition) =>
        $"""
        select c.oid::regclass::text
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname = 'merchant_id' and not a.attisdropped
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and ({condition})
        order by 1
        """;

    private async Task<IReadOnlyList<string>> NamesAsync(string sql)
    {
        await using var connection = await _database.Owner.OpenConnectionAsync();
        return (await connection.QueryAsync<string>(sql)).AsList();
    }
}
