using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Database;
using CloudKick.Cli.Merchants;
using CloudKick.Cli.Relaying;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Terminals;
using Npgsql;
using Spectre.Console;

namespace CloudKick.Cli.Terminals;

/// <summary><c>cloudkick terminal</c>: terminals in the registry, their certificates, and simulated ones.</summary>
internal static class TerminalCommands
{
    public static Command Create(CommandContext context) => new("terminal", "Terminals: register, provision, simulate, show")
    {
        Add(context), ProvisionCommand.Create(context), CertificateCommands.List(context), RotateCommand.Create(context), CertificateCommands.Revoke(context),
        ParametersCommand.Create(context), SimulateCommand.Create(context), List(context),
    };

    public static Option<string> ManagementSystem() => new("--management-system")
    {
        Description = "The terminals' management system", HelpName = "NAME", DefaultValueFactory = _ => "GrundmasterNL",
    };

    private static Command Add(CommandContext context)
    {
        var terminals = new Argument<string[]>("TERMINAL_ID") { Description = "Terminals' TMS ids, e.g. NL000101", Arity = ArgumentArity.OneOrMore };
        var merchant = MerchantChoice.Option();
        var managementSystem = ManagementSystem();
        var label = new Option<string>("--label") { Description = "A name for people", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        var firmware = new Option<string?>("--firmware") { Description = "The firmware's version, e.g. 14.0.11.01", HelpName = "VERSION" };
        var connectMode = new Option<string>("--connect-mode") { Description = "Which Cloud Connect may kick them", HelpName = "MODE", DefaultValueFactory = _ => ConnectMode.CloudConnect2 };
        connectMode.AcceptOnlyFromAmong([.. ConnectMode.All]);
        var topic = new Option<string?>("--subscription-topic") { Description = "Their MqtSubscriptionTopic0, when it is not the management system's", HelpName = "TOPIC" };
        var whitelist = new Option<bool>("--whitelist") { Description = "Put them on the merchant's whitelist too" };
        var command = new Command("add", "Register terminals for a merchant, on the database") { terminals, merchant, managementSystem, label, firmware, connectMode, topic, whitelist };
        var database = DatabaseChoice.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            var target = database.Resolve(parsed, context, screen);
            await using var dataSource = NpgsqlDataSource.Create(target.ConnectionString);
            var tenants = new TenantDatabase(dataSource);
            var owner = await new MerchantRegistry(tenants, context.TimeProvider).ResolveAsync(parsed.GetValue(merchant), target.Local, cancellationToken);
            var merchantId = new MerchantId(owner.MerchantId);
            var registration = new TerminalRegistration(tenants);
            foreach (var id in parsed.GetRequiredValue(terminals))
            {
                var terminal = new NewTerminal(id, parsed.GetRequiredValue(managementSystem))
                {
                    Merchant = merchantId,
                    Settings = new TerminalSettings
                    {
                        Label = parsed.GetRequiredValue(label),
                        FirmwareVersion = parsed.GetValue(firmware),
                        ConnectMode = parsed.GetRequiredValue(connectMode),
                        SubscriptionTopic = parsed.GetValue(topic),
                    },
                };
                if (!await registration.RegisterAsync(terminal, cancellationToken))
                    throw new CliException(ExitCode.Refused, $"Terminal {id} is registered already.", "`cloudkick terminal list` shows the merchant's.", "terminal-exists");
                if (parsed.GetValue(whitelist))
                    await registration.WhitelistAsync(merchantId, [id], cancellationToken);
                screen.Result(
                    new { terminalId = id, owner.MerchantId, terminal.ManagementSystemId, whitelisted = parsed.GetValue(whitelist) },
                    people => people.WriteLine($"{id} is registered for {owner.Name}{(parsed.GetValue(whitelist) ? " and on its whitelist" : "")}."));
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static Command List(CommandContext context)
    {
        var prefix = new Option<string?>("--prefix") { Description = "Only terminals whose ids begin like this", HelpName = "TEXT" };
        var command = new Command("list", "Show the merchant's terminals, over the API: are they online, and coupled?") { prefix };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var client = new RelayClient(RelayTarget.Resolve(relay, parsed, context, screen));
            var query = parsed.GetValue(prefix) is { } beginning ? $"&prefix={Uri.EscapeDataString(beginning)}" : "";
            screen.List(
                await client.GetAllAsync<TerminalView>($"v1/terminals?limit=200{query}", cancellationToken),
                none: "No terminals: `cloudkick terminal add TERMINAL_ID` registers one.",
                ["TERMINAL", "SYSTEM", "PRESENCE", "COUPLED", "WHITELISTED", "LAST SESSION", "LABEL"],
                terminal =>
                [
                    terminal.TerminalId, terminal.ManagementSystemId, terminal.Presence.State, YesNo(terminal.Coupled), YesNo(terminal.Whitelisted),
                    Moments.Show(terminal.LastSession?.OpenedAt), terminal.Label,
                ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static string YesNo(bool value) => value ? "yes" : "no";
}
