using CloudKick.Cli.Local;
using Dapper;
using Npgsql;

namespace CloudKick.Cli.Tests.Local;

[CancelAfter(120_000)]
internal sealed class PrivateDatabaseTests
{
    [Test]
    public async Task Database_is_prepared_once_and_found_the_second_time(CancellationToken cancellationToken)
    {
        await using var postgres = await PrivatePostgres.StartAsync(new PrivatePostgresOptions(), null, cancellationToken);
        var first = await PrivateDatabase.EnsureAsync(postgres, "cloudkick", null, cancellationToken);

        var second = await PrivateDatabase.EnsureAsync(postgres, "cloudkick", null, cancellationToken);

        Assert.That(first.Migration.Applied, Is.Not.Empty);
        Assert.That(second.Migration.Applied, Is.Empty);
        await using var service = new NpgsqlConnection(second.ServiceConnectionString + ";Pooling=false");
        Assert.That(await service.ExecuteScalarAsync<string>("select current_user"), Is.EqualTo("cloudkick_relay"));
        await using var owner = new NpgsqlConnection(second.OwnerConnectionString + ";Pooling=false");
        Assert.That(await owner.ExecuteScalarAsync<bool>("select rolsuper from pg_roles where rolname = current_user"), Is.False);
    }
}
