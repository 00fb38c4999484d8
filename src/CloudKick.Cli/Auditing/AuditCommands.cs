using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Database;
using CloudKick.Cli.Merchants;
using CloudKick.Relay.Auditing;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using Npgsql;
using Spectre.Console;

namespace CloudKick.Cli.Auditing;

/// <summary><c>cloudkick audit</c>: who changed what, and whether the log of it is whole, for operators with a login at the database.</summary>
internal static class AuditCommands
{
    private const int UsualCount = 50;

    public static Command Create(CommandContext context) =>
        new("audit", "The audit log: who changed what, and whether the log is whole; on the database") { List(context), Verify(context) };

    private static Command Verify(CommandContext context)
    {
        var merchant = new Option<string?>(MerchantChoice.OptionName) { Description = "Only this merchant's chain, by its id or name [default: every chain]", HelpName = "MERCHANT" };
        var platform = Platform();
        var command = new Command("verify", "Check every chain of hashes: finds a row that was edited, removed, added or moved; exit code 1 when one was") { merchant, platform };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var target = database.Resolve(parsed, context, screen);
            await using var dataSource = NpgsqlDataSource.Create(target.ConnectionString);
            var tenants = new TenantDatabase(dataSource);
            var log = new AuditLog(tenants);
            var verdicts = new List<(string Name, AuditVerdict Verdict)>();
            foreach (var (id, name) in await ChainsAsync(tenants, parsed.GetValue(merchant), parsed.GetValue(platform), context.TimeProvider, cancellationToken))
                verdicts.Add((name, await log.VerifyAsync(id, cancellationToken)));

            if (screen.IsJson)
            {
                foreach (var (name, verdict) in verdicts)
                    screen.Line(new { verdict.Merchant, name, whole = verdict.IsWhole, verdict.Length, verdict.Head, verdict.Faults });
            }
            else
            {
                foreach (var (name, verdict) in verdicts)
                    Show(screen.People, name, verdict);
            }

            return verdicts.TrueForAll(chain => chain.Verdict.IsWhole) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var merchant = MerchantChoice.Option();
        var platform = Platform();
        var action = new Option<string>("--action") { Description = "How the action begins, e.g. whitelist", HelpName = "WORD", DefaultValueFactory = _ => "" };
        var subject = new Option<string>("--subject") { Description = "The id of what it was done to", HelpName = "ID", DefaultValueFactory = _ => "" };
        var who = new Option<string>("--who") { Description = "A part of who did it: an email address, a key's id or label, `cli`", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var from = Moments.Option("--from", "Not before, e.g. 2027-01-01T00:00:00Z");
        var until = Moments.Option("--until", "Before");
        var count = new Option<int>("--count") { Description = "How many at most", HelpName = "N", DefaultValueFactory = _ => UsualCount };
        var command = new Command("list", "Show a merchant's audit log, or the platform's, the newest first") { merchant, platform, action, subject, who, from, until, count };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var target = database.Resolve(parsed, context, screen);
            await using var dataSource = NpgsqlDataSource.Create(target.ConnectionString);
            var tenants = new TenantDatabase(dataSource);
            var owner = await new MerchantRegistry(tenants, context.TimeProvider).OwnerAsync(
                parsed.GetValue(platform), parsed.GetValue(merchant), target.Local, cancellationToken);
            var filter = new AuditFilter(
                parsed.GetRequiredValue(action), parsed.GetRequiredValue(who), parsed.GetRequiredValue(subject), parsed.GetValue(from), parsed.GetValue(until));
            screen.List(
                await new AuditLog(tenants).ListAsync(owner, filter, null, Math.Max(1, parsed.GetValue(count)), cancellationToken),
                none: "Nothing in the log matches.",
                ["#", "WHEN", "WHO", "WHAT", "TO", "BEFORE", "AFTER", "FROM"],
                entry =>
                [
                    $"{entry.ChainIndex}", Moments.Show(entry.At), entry.ActorName ?? entry.Actor, entry.Action, entry.Subject, entry.Before ?? "", entry.After ?? "", entry.Origin ?? "",
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<IReadOnlyList<(MerchantId? Id, string Name)>> ChainsAsync(
        TenantDatabase database, string? wanted, bool platform, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        (MerchantId?, string) own = (null, "the platform");
        if (platform)
            return [own];
        var registry = new MerchantRegistry(database, timeProvider);
        var merchants = wanted is null ? await registry.ListAllAsync(cancellationToken) : [await registry.ResolveAsync(wanted, null, cancellationToken)];
        IEnumerable<(MerchantId?, string)> theirs = merchants.Select(merchant => ((MerchantId?)new MerchantId(merchant.MerchantId), $"{merchant.Name} ({merchant.MerchantId})"));
        return wanted is null ? [own, .. theirs] : [.. theirs];
    }

    private static void Show(IAnsiConsole people, string name, AuditVerdict verdict)
    {
        if (verdict.IsWhole)
            people.MarkupLineInterpolated($"[green]✓[/] {name}: whole, {verdict.Length} rows [grey]{verdict.Head ?? ""}[/]");
        else
            people.MarkupLineInterpolated($"[red]✗[/] {name}: broken, {verdict.Length} rows");
        foreach (var fault in verdict.Faults)
            people.WriteLine($"    row {fault.ChainIndex}: {Explain(fault.Kind)}");
    }

    private static string Explain(string kind) => kind switch
    {
        "changed" => "is not what was written",
        "not-following" => "does not follow the row before it: that one was replaced, or rows were moved",
        "missing-before" => "rows before it are missing",
        "missing-at-end" => "was the last row that was written, and is missing or replaced",
        _ => kind,
    };

    private static Option<bool> Platform() => new("--platform") { Description = "The platform's own chain instead of a merchant's" };
}
