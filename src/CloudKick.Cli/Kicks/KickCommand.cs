using System.CommandLine;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Relaying;
using CloudKick.Relay.Kicks;
using Spectre.Console;

namespace CloudKick.Cli.Kicks;

/// <summary><c>cloudkick kick</c>: kicks a terminal and shows the ladder as it happens.</summary>
internal static class KickCommand
{
    public static Command Create(CommandContext context)
    {
        var terminalId = new Argument<string>("TERMINAL_ID") { Description = "The terminal's TMS id, e.g. NL000101" };
        var managementSystem = new Option<string>("--management-system")
        {
            Description = "The terminal's management system", HelpName = "NAME", DefaultValueFactory = _ => "GrundmasterNL",
        };
        var ttl = new Option<int?>("--ttl") { Description = "How long the kick lives, in seconds: 5 to 300 [default: the relay's, 30]", HelpName = "SECONDS" };
        var reference = new Option<string?>("--reference") { Description = "Your own word for it, e.g. an order number", HelpName = "TEXT" };
        var tryOffline = new Option<bool>("--try-offline") { Description = "Try although the terminal is known to be offline: it may come back in time" };
        var idempotencyKey = new Option<string?>("--idempotency-key") { Description = "Makes a repeated command the same kick", HelpName = "KEY" };
        var noWait = new Option<bool>("--no-wait") { Description = "Return when the kick is accepted; do not follow it" };

        var command = new Command("kick", "Make a terminal connect, and show how far the kick comes")
        {
            terminalId, managementSystem, ttl, reference, tryOffline, idempotencyKey, noWait,
        };
        var relay = RelayOptions.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var client = new RelayClient(RelayTarget.Resolve(relay, parsed, context, screen));
            var request = new KickRequest
            {
                TerminalId = parsed.GetValue(terminalId),
                ManagementSystemId = parsed.GetValue(managementSystem),
                AccessProtocol = "OPI_NL",
                Reference = parsed.GetValue(reference),
                TtlSeconds = parsed.GetValue(ttl),
                OnOffline = parsed.GetValue(tryOffline) ? "try" : null,
            };

            var followed = new FollowedKick(client, context.TimeProvider);
            var kick = await followed.StartAsync(request, parsed.GetValue(idempotencyKey), cancellationToken);
            if (parsed.GetValue(noWait))
            {
                screen.Result(kick, people => people.WriteLine($"{kick.Id} {kick.State}"));
                return ExitCode.Done;
            }

            var ladder = new LadderView(screen.People);
            try
            {
                kick = await followed.ToTheEndAsync(kick, ladder.Show, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                screen.Note($"Not followed any further; {kick.Id} goes on until its deadline.");
                throw;
            }

            ladder.End(kick);
            if (screen.IsJson)
                screen.Line(kick);
            return kick.Outcome == "coupled" ? ExitCode.Done : ExitCode.NotCoupled;
        });
        return command;
    }
}
