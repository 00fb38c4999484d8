using CloudKick.Relay.Database;

namespace CloudKick.Relay.Tests.Database;

internal sealed class MigrationPlanTests
{
    private static readonly Migration First = new("2026-11-21_01_first.sql", "select 1");
    private static readonly Migration Second = new("2026-11-21_02_second.sql", "select 2");
    private static readonly Migration Third = new("2026-11-21_03_third.sql", "select 3");

    [Test]
    public void New_database_lacks_everything()
    {
        var plan = MigrationPlan.Compute([First, Second], []);

        Assert.That(plan.Pending, Is.EqualTo(new[] { First, Second }));
        Assert.That(plan.Faults, Is.Empty);
    }

    [Test]
    public void What_is_applied_is_not_pending()
    {
        var plan = MigrationPlan.Compute([First, Second], [Applied(First)]);

        Assert.That(plan.Pending, Is.EqualTo(new[] { Second }));
        Assert.That(plan.Ahead, Is.Empty);
        Assert.That(plan.Faults, Is.Empty);
    }

    [Test]
    public void Changed_file_is_a_fault_that_names_both_checksums()
    {
        var before = First with { Sql = "select 0" };

        var plan = MigrationPlan.Compute([First], [Applied(before)]);

        Assert.That(plan.Faults, Has.Count.EqualTo(1));
        Assert.That(plan.Faults[0], Does.Contain(First.Name).And.Contain(First.Checksum).And.Contain(before.Checksum).And.Contain("new migration"));
    }

    [Test]
    public void Unknown_applied_migration_means_the_database_is_ahead_and_is_no_fault()
    {
        var plan = MigrationPlan.Compute([First, Second], [Applied(First), Applied(Third)]);

        Assert.That(plan.Ahead, Is.EqualTo(new[] { Third.Name }));
        Assert.That(plan.Pending, Is.EqualTo(new[] { Second }));
        Assert.That(plan.Faults, Is.Empty);
    }

    [Test]
    public void File_that_comes_before_an_applied_one_is_a_fault()
    {
        var plan = MigrationPlan.Compute([First, Second, Third], [Applied(First), Applied(Third)]);

        Assert.That(plan.Faults, Has.Count.EqualTo(1).And.Some.Contains($"{Second.Name} is new, but {Third.Name}"));
    }

    private static AppliedMigration Applied(Migration migration) => new()
    {
        Name = migration.Name,
        Checksum = migration.Checksum,
        AppliedAt = DateTime.UnixEpoch,
        Duration = TimeSpan.Zero,
    };
}
