using CloudKick.Relay.Hosting;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>Adds the database to the relay.</summary>
public static class DatabaseRegistration
{
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(30);

    /// <summary>
    /// One <see cref="NpgsqlDataSource"/> for the service role, <see cref="TenantDatabase"/> over it, <see cref="KickConnections"/> beside it, the
    /// <c>database</c> health check (tag <c>ready</c>), and migration at start when configured. The options are validated when the host starts.
    /// </summary>
    public static IServiceCollection AddDatabase(this IServiceCollection services)
    {
        services.AddOptions<DatabaseOptions>()
            .BindConfiguration(DatabaseOptions.Section)
            .Configure<IConfiguration>((options, configuration) =>
            {
                options.ConnectionString = configuration.GetConnectionString("CloudKick") ?? options.ConnectionString;
                options.OwnerConnectionString = configuration.GetConnectionString("CloudKickOwner") ?? options.OwnerConnectionString;
            })
            .ValidateOnStart();
        services.AddSingleton(new FeatureSection(DatabaseOptions.Section, provider => provider.GetRequiredService<IOptions<DatabaseOptions>>().Value));
        services.AddSingleton<IValidateOptions<DatabaseOptions>, DatabaseOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(provider => CreateDataSource(provider));
        services.AddSingleton(provider => new KickConnections(CreateDataSource(provider, keepWarm: true), CreateDataSource(provider, keepWarm: true)));
        services.AddSingleton<TenantDatabase>();
        services.AddSingleton(provider => CreateMigrations(
            provider.GetRequiredService<IOptions<DatabaseOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<MigrateAtStart>();
        services.AddSingleton<DatabaseNotifications>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseNotifications>());
        services.AddHealthChecks().AddCheck<DatabaseHealth>("database", tags: ["ready"]);
        return services;
    }

    private static NpgsqlDataSource CreateDataSource(IServiceProvider provider, bool keepWarm = false)
    {
        var options = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        var settings = builder.ConnectionStringBuilder;
        settings.ApplicationName ??= "cloudkick-relay";
        settings.CommandTimeout = (int)Math.Ceiling(options.CommandTimeout.TotalSeconds);
        settings.Timeout = (int)Math.Ceiling(options.ConnectTimeout.TotalSeconds);
        settings.MaxPoolSize = options.MaximumPoolSize;
        // Resetting would make the server forget the plans of our functions, after each use of a connection. There is nothing to reset:
        // settings and locks end with their transaction.
        settings.NoResetOnClose = true;
        if (keepWarm)
        {
            // A quiet hour neither closes the last connection, which the next kick would wait for, nor makes a firewall forget it.
            settings.MinPoolSize = 1;
            settings.KeepAlive = (int)KeepAlive.TotalSeconds;
        }
        return builder.UseLoggerFactory(provider.GetRequiredService<ILoggerFactory>()).Build();
    }

    private static Migrations CreateMigrations(DatabaseOptions options, TimeProvider timeProvider) => new(
        MigrationScripts.Embedded(),
        new MigrationTimeouts { Lock = options.MigrationLockTimeout, Command = options.MigrationTimeout },
        timeProvider);
}
