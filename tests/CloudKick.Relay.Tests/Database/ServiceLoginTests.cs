using CloudKick.Relay.Database;
using CloudKick.Testing;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

[CancelAfter(120_000)]
internal sealed class ServiceLoginTests
{
    private const string AwkwardName = "relay's \"own\" login";
    private const string AwkwardPassword = "it's; a \\ \"password\" $1 @name";

    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase()
    {
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Login_is_made_with_the_rights_of_the_service(CancellationToken cancellationToken)
    {
        await ServiceLogin.EnsureAsync(_database.OwnerConnectionString, AwkwardName, AwkwardPassword, cancellationToken);

        Assert.That(await MerchantsSeenAsync(AwkwardName, AwkwardPassword, cancellationToken), Is.Zero);
    }

    [Test]
    public async Task Existing_login_gets_the_new_password(CancellationToken cancellationToken)
    {
        await ServiceLogin.EnsureAsync(_database.OwnerConnectionString, "relay_again", "old", cancellationToken);

        await ServiceLogin.EnsureAsync(_database.OwnerConnectionString, "relay_again", "new", cancellationToken);

        Assert.That(await MerchantsSeenAsync("relay_again", "new", cancellationToken), Is.Zero);
        Assert.That(
            () => MerchantsSeenAsync("relay_again", "old", cancellationToken),
            Throws.InstanceOf<NpgsqlException>().With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.InvalidPassword));
    }

    [Test]
    public void Several_processes_may_ensure_the_same_login(CancellationToken cancellationToken)
    {
        var runs = Enumerable.Range(0, 8)
            .Select(_ => ServiceLogin.EnsureAsync(_database.OwnerConnectionString, "relay_crowd", "secret", cancellationToken));

        Assert.That(() => Task.WhenAll(runs), Throws.Nothing);
    }

    private async Task<long> MerchantsSeenAsync(string user, string password, CancellationToken cancellationToken)
    {
        var settings = new NpgsqlConnectionStringBuilder(_database.ServiceConnectionString) { Username = user, Password = password, Pooling = false };
        await using var dataSource = NpgsqlDataSource.Create(settings.ConnectionString);
        await using var command = dataSource.CreateCommand("select count(*) from merchants");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
