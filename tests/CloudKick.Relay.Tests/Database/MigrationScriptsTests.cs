using CloudKick.Relay.Database;

namespace CloudKick.Relay.Tests.Database;

internal sealed class MigrationScriptsTests
{
    [Test]
    public void Scripts_are_ordered_by_name()
    {
        var scripts = MigrationScripts.Parse(
        [
            new("2026-11-21_02_add_terminals.sql", "select 2"),
            new("2026-12-01_01_add_kicks.sql", "select 3"),
            new("2026-11-21_01_create_merchants.sql", "select 1"),
        ]);

        Assert.That(scripts.Select(script => script.Sql), Is.EqualTo(new[] { "select 1", "select 2", "select 3" }));
    }

    [TestCase("create_merchants.sql")]
    [TestCase("2026-11-21_create_merchants.sql")]
    [TestCase("2026-11-21_1_create_merchants.sql")]
    [TestCase("2026-13-21_01_create_merchants.sql")]
    [TestCase("2026-02-30_01_create_merchants.sql")]
    [TestCase("2026-11-21_01_Create_Merchants.sql")]
    [TestCase("2026-11-21_01_create-merchants.sql")]
    [TestCase("2026-11-21_01_.sql")]
    [TestCase("2026-11-21_01_create_merchants.SQL")]
    [TestCase("2026-11-21_01_create_merchants.sql\n")]
    public void Name_that_breaks_the_pattern_is_refused(string name)
    {
        Assert.That(
            () => MigrationScripts.Parse([new(name, "select 1")]),
            Throws.TypeOf<MigrationException>().With.Message.Contains("yyyy-MM-dd_nn_what_it_does.sql"));
    }

    [Test]
    public void Two_files_at_the_same_place_are_refused()
    {
        Assert.That(
            () => MigrationScripts.Parse([new("2026-11-21_01_create_a.sql", "select 1"), new("2026-11-21_01_create_b.sql", "select 1")]),
            Throws.TypeOf<MigrationException>().With.Message.Contains("2026-11-21_01_create_a.sql, 2026-11-21_01_create_b.sql: same date and number"));
    }

    [TestCase("create table a (id int);\ncommit;\n")]
    [TestCase("BEGIN;\ncreate table a (id int);")]
    [TestCase("  rollback work ;")]
    [TestCase("start transaction;")]
    public void Transaction_commands_are_refused(string sql)
    {
        Assert.That(
            () => MigrationScripts.Parse([new("2026-11-21_01_create_a.sql", sql)]),
            Throws.TypeOf<MigrationException>().With.Message.Contains("one transaction"));
    }

    [Test]
    public void Blocks_of_a_function_are_no_transaction_commands()
    {
        const string Sql = "create function f() returns int language plpgsql as $$\nbegin\n    return 1;\nend;\n$$;";

        Assert.That(MigrationScripts.Parse([new("2026-11-21_01_create_f.sql", Sql)]), Has.Count.EqualTo(1));
    }

    [Test]
    public void Every_fault_is_reported_at_once()
    {
        var refused = Assert.Throws<MigrationException>(() => MigrationScripts.Parse([new("a.sql", "select 1"), new("2026-11-21_01_b.sql", "\n"), new("c.sql", "commit;")]));

        Assert.That(refused!.Faults, Has.Count.EqualTo(4));
    }

    [Test]
    public void Checksum_ignores_line_endings_and_nothing_else()
    {
        var unix = new Migration("2026-11-21_01_a.sql", "select 1;\nselect 2;\n");
        var windows = new Migration("2026-11-21_01_a.sql", "select 1;\r\nselect 2;\r\n");
        var other = new Migration("2026-11-21_01_a.sql", "select 1;\nselect 2; \n");

        Assert.That(windows.Checksum, Is.EqualTo(unix.Checksum).And.Match("^[0-9a-f]{64}$"));
        Assert.That(other.Checksum, Is.Not.EqualTo(unix.Checksum));
    }

    [Test]
    public void The_release_carries_its_migrations()
    {
        Assert.That(MigrationScripts.Embedded().Select(script => script.Name), Has.Some.EndsWith("_create_roles_and_merchants.sql"));
    }
}
