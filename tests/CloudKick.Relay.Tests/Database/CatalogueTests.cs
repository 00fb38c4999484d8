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
        ["sign_in_failures"] = "by the hash of an address that somebody gave, before anybody knows whose it is, if it is anybody's",
        ["data_protection_keys"] = "the key ring of all pages' cookies and forms, whoever they are for",
        ["schema_migrations"] = "which migrations were applied",
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
