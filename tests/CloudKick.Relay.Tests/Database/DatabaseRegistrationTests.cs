using CloudKick.Relay.Database;
using CloudKick.Testing;
using Dapper;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Tests.Database;

[CancelAfter(120_000)]
internal sealed class DatabaseRegistrationTests
{
    [Test]
    public async Task Host_migrates_before_it_starts_when_told_to(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(cancellationToken);
        using var host = Host(database.ServiceConnectionString, database.OwnerConnectionString, migrateAtStart: true);

        await host.StartAsync(cancellationToken);

        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken);
        Assert.That(health.Entries["database"].Status, Is.EqualTo(HealthStatus.Healthy));
        await host.StopAsync(cancellationToken);
    }

    [Test]
    public async Task Database_without_migrations_is_not_ready(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(cancellationToken);
        using var host = Host(database.ServiceConnectionString, null, migrateAtStart: false);

        await host.StartAsync(cancellationToken);

        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken);
        Assert.That(health.Entries["database"].Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(health.Entries["database"].Description, Is.EqualTo("migrations pending"));
        await host.StopAsync(cancellationToken);
    }

    [Test]
    public async Task Database_that_is_ahead_is_ready(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using (var owner = await database.Owner.OpenConnectionAsync(cancellationToken))
        {
            await owner.ExecuteAsync(
                "insert into schema_migrations (name, checksum, duration) values ('9999-01-01_01_next_release.sql', repeat('0', 64), '0')");
        }

        using var host = Host(database.ServiceConnectionString, null, migrateAtStart: false);
        await host.StartAsync(cancellationToken);

        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken);
        Assert.That(health.Entries["database"].Status, Is.EqualTo(HealthStatus.Healthy));
        Assert.That(health.Entries["database"].Data["ahead"], Is.EqualTo(new[] { "9999-01-01_01_next_release.sql" }));
        await host.StopAsync(cancellationToken);
    }

    [Test]
    public async Task Unreachable_database_is_not_ready(CancellationToken cancellationToken)
    {
        using var host = Host("Host=127.0.0.1;Port=1;Database=cloudkick;Username=nobody", null, migrateAtStart: false);
        await host.StartAsync(cancellationToken);

        var health = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(cancellationToken);

        Assert.That(health.Entries["database"].Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(health.Entries["database"].Description, Is.EqualTo("database not reachable"));
        await host.StopAsync(cancellationToken);
    }

    [Test]
    public void Host_without_a_connection_string_does_not_start(CancellationToken cancellationToken)
    {
        using var host = Host(null, null, migrateAtStart: false);

        Assert.That(
            () => host.StartAsync(cancellationToken),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("ConnectionStrings:CloudKick is not set"));
    }

    [Test]
    public void Settings_decide_pool_and_timeouts()
    {
        using var host = Host("Host=db;Database=cloudkick;Maximum Pool Size=7;Command Timeout=99", null, migrateAtStart: false);

        var used = new NpgsqlConnectionStringBuilder(host.Services.GetRequiredService<NpgsqlDataSource>().ConnectionString);

        Assert.That(used.MaxPoolSize, Is.EqualTo(50));
        Assert.That(used.CommandTimeout, Is.EqualTo(10));
        Assert.That(used.Timeout, Is.EqualTo(5));
        Assert.That(used.ApplicationName, Is.EqualTo("cloudkick-relay"));
    }

    private static IHost Host(string? service, string? owner, bool migrateAtStart)
    {
        var builder = new HostApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:CloudKick"] = service,
            ["ConnectionStrings:CloudKickOwner"] = owner,
            ["CloudKick:Database:MigrateAtStart"] = migrateAtStart.ToString(),
        });
        builder.Services.AddDatabase();
        return builder.Build();
    }
}
