using System.CommandLine;
using System.CommandLine.Parsing;
using System.Net;
using System.Security.Cryptography;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Database;
using CloudKick.Cli.Kicks;
using CloudKick.Cli.Relaying;
using CloudKick.Cli.Terminals;
using CloudKick.Relay.Kicks;
using Spectre.Console;

namespace CloudKick.Cli.Local;

/// <summary><c>cloudkick local</c>: everything on this machine, until it is told to stop.</summary>
internal static class LocalCommand
{
    public static Command Create(CommandContext context)
    {
        var httpPort = Port("--http-port", 5080, "the HTTP API");
        var iotPort = Port("--iot-port", 8443, "the stand-in for AWS IoT Core");
        var tasPort = Port("--tas-port", 5555, "the TAS");
        var terminals = new Option<int>("--terminals") { Description = $"How many simulated terminals, up to {LocalSettings.MaximumTerminals}", HelpName = "N", DefaultValueFactory = _ => 3 };
        terminals.Validators.Add(result => MustBeWithin(result, LocalSettings.MaximumTerminals));
        var data = new Option<string?>("--data")
        {
            Description = $"Where everything is kept, so that the next time continues with it [default: {UserDirectory.Of(context).Data}]", HelpName = "DIR",
        };
        var ephemeral = new Option<bool>("--ephemeral") { Description = "Keep nothing: a new database and certificates, removed at the end" };
        var verbose = new Option<bool>("--verbose") { Description = "Log what the parts do, on standard error" };

        var command = new Command(
            "local",
            "Run all of CloudKick on this machine, kick a simulated terminal, and stay up until Ctrl-C. "
            + "With --json: no demo kick; one line with all addresses and keys when ready")
        {
            httpPort, iotPort, tasPort, terminals, data, ephemeral, verbose,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(ephemeral) && result.GetValue(data) is not null)
                result.AddError("--ephemeral keeps nothing, so it takes no --data.");
        });
        command.SetAction((parsed, cancellationToken) =>
        {
            var settings = new LocalSettings
            {
                HttpPort = parsed.GetValue(httpPort),
                IotPort = parsed.GetValue(iotPort),
                TasPort = parsed.GetValue(tasPort),
                Terminals = parsed.GetValue(terminals),
                DataDirectory = parsed.GetValue(ephemeral) ? NewTemporaryDirectory() : Path.GetFullPath(parsed.GetValue(data) ?? UserDirectory.Of(context).Data),
                Ephemeral = parsed.GetValue(ephemeral),
                Verbose = parsed.GetValue(verbose),
                OwnerDatabase = context.NonEmpty(DatabaseChoice.OwnerVariable) ?? context.NonEmpty(DatabaseChoice.Variable),
                RelayDatabase = context.NonEmpty(DatabaseChoice.OwnerVariable) is null ? null : context.NonEmpty(DatabaseChoice.Variable),
            };
            return RunAsync(settings, context, context.ScreenFor(parsed), cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(LocalSettings settings, CommandContext context, Screen screen, CancellationToken cancellationToken)
    {
        if (new RunningLocals(UserDirectory.Of(context)).Find().FirstOrDefault(other => other.DataDirectory == settings.DataDirectory) is { } other)
        {
            throw new CliException(
                ExitCode.Unavailable,
                $"`cloudkick local` is running on {settings.DataDirectory} already, at {other.RelayUrl} (process {other.ProcessId}).",
                "Use it, or stop it; a second one takes --ephemeral or a --data of its own, and other ports.",
                "already-running");
        }

        LocalPort.MustBeFree(LocalPort.Http(settings), LocalPort.Iot(settings), LocalPort.Tas(settings));
        await using var feed = new TerminalEventFeed(screen);
        await using (var stack = await LocalStack.StartAsync(settings, screen, feed.Add, context.TimeProvider, cancellationToken))
        {
            using var announcement = Announce(stack.State, context, screen);
            if (screen.IsJson)
            {
                screen.Line(stack.State);
            }
            else
            {
                await KickAsync(stack.State, context, screen, cancellationToken);
                LocalReport.Write(screen, stack.State, OwnCommand.Text);
                feed.IsOpen = true; // people see what terminals do from here on; a program asked for one line
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, context.TimeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            feed.IsOpen = false;
            screen.Note("Stopping");
        }

        screen.Note("Stopped");
        return ExitCode.Done;
    }

    // Being told to stop while the demo is under way is no failure: the caller goes on to stopping.
    private static async Task KickAsync(LocalState state, CommandContext context, Screen screen, CancellationToken cancellationToken)
    {
        if (state.Terminals.Count == 0)
            return;
        var request = new KickRequest { TerminalId = state.Terminals[0], ManagementSystemId = DemoTerminals.ManagementSystem, AccessProtocol = "OPI_NL", Reference = "demo" };
        using var client = new RelayClient(new RelayTarget(new Uri(state.RelayUrl), state.ApiKey));
        try
        {
            var followed = new FollowedKick(client, context.TimeProvider);
            var ladder = new LadderView(screen.People);
            screen.People.WriteLine();
            ladder.End(await followed.ToTheEndAsync(await followed.StartAsync(request, null, cancellationToken), ladder.Show, cancellationToken));
        }
        catch (CliException refused)
        {
            screen.Fault(refused.ExitCode, $"The demo kick did not work: {refused.Message}", refused.Advice, refused.Code);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            screen.Note("The demo kick was interrupted");
        }
    }

    private static IDisposable? Announce(LocalState state, CommandContext context, Screen screen)
    {
        try
        {
            return new RunningLocals(UserDirectory.Of(context)).Announce(state);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            screen.Note($"Other commands will not find this one by themselves: {denied.Message} ({UserDirectory.Variable} names another place)");
            return null;
        }
    }

    private static Option<int> Port(string name, int usual, string of)
    {
        var option = new Option<int>(name) { Description = $"Port of {of}; 0 takes any free one", HelpName = "PORT", DefaultValueFactory = _ => usual };
        option.Validators.Add(result => MustBeWithin(result, IPEndPoint.MaxPort));
        return option;
    }

    private static void MustBeWithin(OptionResult result, int maximum)
    {
        if (result.Errors.Any() || result.Tokens is not [var token])
            return;
        if (!int.TryParse(token.Value, out var value) || value < 0 || value > maximum)
            result.AddError($"{result.Option.Name} is {token.Value}; it must be 0 to {maximum}.");
    }

    private static string NewTemporaryDirectory() =>
        Path.Combine(Path.GetTempPath(), $"cloudkick-local-{RandomNumberGenerator.GetHexString(12, lowercase: true)}");
}
