using CloudKick.Relay.Database;

namespace CloudKick.Relay.Tests.Database;

internal sealed class DatabaseOptionsValidatorTests
{
    private const string Sound = "Host=127.0.0.1;Database=cloudkick;Username=relay;Password=secret";

    [Test]
    public void Defaults_with_a_connection_string_are_valid()
    {
        Assert.That(Faults(new DatabaseOptions { ConnectionString = Sound }), Is.Empty);
    }

    [Test]
    public void Every_fault_is_reported_at_once_by_the_name_of_its_setting()
    {
        var faults = Faults(new DatabaseOptions
        {
            MigrateAtStart = true,
            CommandTimeout = TimeSpan.Zero,
            ConnectTimeout = TimeSpan.FromHours(1),
            MaximumPoolSize = 1,
            MigrationLockTimeout = TimeSpan.FromMilliseconds(1),
            MigrationTimeout = TimeSpan.FromDays(1),
        });

        Assert.That(faults, Has.Count.EqualTo(7));
        Assert.That(faults, Has.One.StartsWith("ConnectionStrings:CloudKick is not set"));
        Assert.That(faults, Has.One.StartsWith("ConnectionStrings:CloudKickOwner is not set: CloudKick:Database:MigrateAtStart is on"));
        Assert.That(faults, Has.One.StartsWith("CloudKick:Database:CommandTimeout is 00:00:00; it must be from"));
    }

    [TestCase("Hots=db", "cannot be read")]
    [TestCase("Host=db;Port=many;Database=x", "cannot be read")]
    [TestCase("Database=x", "names no Host")]
    [TestCase("Host=db", "names no Database")]
    public void Connection_string_that_cannot_work_is_refused_without_its_password(string connectionString, string fault)
    {
        var faults = Faults(new DatabaseOptions { ConnectionString = connectionString + ";Password=hunter2" });

        Assert.That(faults, Has.Count.EqualTo(1));
        Assert.That(faults[0], Does.Contain(fault).And.Not.Contain("hunter2"));
    }

    private static List<string> Faults(DatabaseOptions options) =>
        [.. new DatabaseOptionsValidator().Validate(null, options).Failures ?? []];
}
