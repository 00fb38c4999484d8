using System.CommandLine;
using System.Globalization;
using CloudKick.Cli.CommandLine;
using CloudKick.Relay.Database;
using Npgsql;
using Spectre.Console;

namespace CloudKick.Cli.Database;

/// <summary><c>cloudkick migrate</c>: brings a database's schema to this release.</summary>
internal static class MigrateCommand
{
    public static Command Create(CommandContext context)
    {
        var check = new Option<bool>("--check") { Description = "Only compare: exit code 1 when something is pending" };
        var command = new Command("migrate", "Bring the database's schema to this release; safe to run again, and from several places at once") { check };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var owner = database.Resolve(parsed, context, screen).ConnectionString;
            var migrations = new Migrations(MigrationScripts.Embedded(), timeProvider: context.TimeProvider);
            return parsed.GetValue(check)
                ? await CheckAsync(migrations, owner, screen, cancellationToken)
                : await ApplyAsync(migrations, owner, screen, cancellationToken);
        });
        return command;
    }

    private static async Task<int> ApplyAsync(Migrations migrations, string owner, Screen screen, CancellationToken cancellationToken)
    {
        var result = await migrations.ApplyAsync(owner, migration => screen.Note($"applying {migration.Name}"), cancellationToken);
        screen.Result(
            new
            {
                applied = result.Applied.Select(migration => new { migration.Name, milliseconds = Math.Round(migration.Duration.TotalMilliseconds, 1) }),
                result.AlreadyApplied,
                result.Ahead,
            },
            people =>
            {
                foreach (var migration in result.Applied)
                    people.MarkupLineInterpolated($"[green]✓[/] {migration.Name} [grey]{migration.Duration.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms[/]");
                people.WriteLine(result.Applied.Count == 0
                    ? $"Nothing to do: all {result.AlreadyApplied} migrations are applied."
                    : $"{result.Applied.Count} applied, {result.AlreadyApplied} were applied before.");
                foreach (var name in result.Ahead)
                    people.WriteLine($"The database also has {name}, of a newer release.");
            });
        return ExitCode.Done;
    }

    private static async Task<int> CheckAsync(Migrations migrations, string owner, Screen screen, CancellationToken cancellationToken)
    {
        await using var dataSource = NpgsqlDataSource.Create(owner);
        var plan = await migrations.CompareAsync(dataSource, cancellationToken);
        screen.Result(
            new { pending = plan.Pending.Select(migration => migration.Name), plan.Ahead, plan.Faults },
            people =>
            {
                foreach (var line in plan.Faults.Concat(plan.Pending.Select(migration => $"pending: {migration.Name}")))
                    people.WriteLine(line);
                if (plan is { Pending.Count: 0, Faults.Count: 0 })
                    people.WriteLine("Up to date.");
            });
        return plan is { Pending.Count: 0, Faults.Count: 0 } ? ExitCode.Done : ExitCode.Failed;
    }
}
