using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Database;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using Npgsql;
using Spectre.Console;

namespace CloudKick.Cli.Merchants;

/// <summary><c>cloudkick merchant</c>: the tenants, for operators with a login at the database.</summary>
internal static class MerchantCommands
{
    public static Command Create(CommandContext context) => new("merchant", "The merchants (tenants), on the database") { Add(context), List(context) };

    private static Command Add(CommandContext context)
    {
        var name = new Argument<string>("NAME") { Description = $"What people call it, 1 to {MerchantRegistry.MaximumNameLength} characters" };
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is not { Length: <= MerchantRegistry.MaximumNameLength } given || string.IsNullOrWhiteSpace(given))
                result.AddError($"A merchant's name has 1 to {MerchantRegistry.MaximumNameLength} characters, not white space alone.");
        });
        var command = new Command("add", "Add a merchant") { name };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            await using var dataSource = NpgsqlDataSource.Create(database.Resolve(parsed, context, screen).ConnectionString);
            var registry = new MerchantRegistry(new TenantDatabase(dataSource), context.TimeProvider);
            var wanted = parsed.GetRequiredValue(name);
            var namesakes = await registry.NamedAsync(wanted, limit: 1, cancellationToken);
            var merchant = await registry.AddAsync(wanted, Actor.Cli, cancellationToken);
            if (namesakes is [var other])
                screen.Error.WriteLine($"Merchant {other.MerchantId} is called {other.Name} too: from now on each goes by its id.");
            screen.Result(merchant, people =>
            {
                people.WriteLine($"{merchant.Name} is merchant {merchant.MerchantId}.");
                people.WriteLine($"Next: cloudkick api-key create --merchant {merchant.MerchantId}");
            });
            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "Show all merchants");
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            await using var dataSource = NpgsqlDataSource.Create(database.Resolve(parsed, context, screen).ConnectionString);
            var registry = new MerchantRegistry(new TenantDatabase(dataSource), context.TimeProvider);
            screen.List(
                await registry.ListAllAsync(cancellationToken),
                none: "No merchants yet: `cloudkick merchant add NAME` adds one.",
                ["MERCHANT", "NAME", "ADDED", "DISABLED"],
                merchant => [merchant.MerchantId.ToString(), merchant.Name, Moments.Show(merchant.CreatedAt), Moments.Show(merchant.DisabledAt)]);
            return ExitCode.Done;
        });
        return command;
    }
}
