using System.CommandLine;
using System.Globalization;
using CloudKick.Cli.CommandLine;
using CloudKick.Mqtt;
using CloudKick.Terminal;
using Spectre.Console;

namespace CloudKick.Cli.Terminals;

/// <summary><c>cloudkick terminal simulate</c>: terminals that behave as ordered, at a <c>local</c> or at any cloud with certificate files.</summary>
internal static class SimulateCommand
{
    private const int MaximumCount = 10_000;
    private const int FirstNumber = 901_001;

    public static Command Create(CommandContext context)
    {
        var terminals = new Argument<string[]>("TERMINAL_ID") { Description = "Terminals' TMS ids", Arity = ArgumentArity.ZeroOrMore };
        var count = new Option<int?>("--count") { Description = $"So many terminals, NL{FirstNumber} and on, instead of naming them; up to {MaximumCount}", HelpName = "N" };
        var behaviour = Behaviour();
        var delay = new Option<double>("--delay") { Description = "How long a slow one waits, or one that drops its session keeps it, in seconds", HelpName = "SECONDS", DefaultValueFactory = _ => 5 };
        var topic = new Option<string>("--subscription-topic") { Description = "Their MqtSubscriptionTopic0", HelpName = "TOPIC", DefaultValueFactory = _ => "NL-CAT" };
        var endpoint = EndpointOptions.Create();
        var data = CommonOptions.Data();
        var command = new Command(
            "simulate",
            "Play terminals until Ctrl-C, and show what happens to them. At the running `cloudkick local` they get certificates, and unknown ones are registered "
            + "for the demo merchant; elsewhere name the endpoint and the certificate's files")
        {
            terminals, count, behaviour, delay, topic, endpoint.Endpoint, endpoint.Certificate, endpoint.PrivateKey, endpoint.Ca, data,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(terminals) is { Length: > 0 } == result.GetValue(count) is not null)
                result.AddError("Name the terminals, or say how many with --count.");
            if (result.GetValue(count) is < 1 or > MaximumCount)
                result.AddError($"--count must be 1 to {MaximumCount}.");
            if (result.GetValue(delay) is < 0 or > 3600)
                result.AddError("--delay must be 0 to 3600.");
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            IReadOnlyList<string> ids = parsed.GetValue(count) is { } number ? Ids(number) : [.. parsed.GetRequiredValue(terminals).Select(TerminalIds.MustBeWellFormed)];
            await using var feed = new TerminalEventFeed(screen) { IsOpen = true };
            var model = new TerminalOptions
            {
                TerminalId = "",
                Mqtt = new MqttEndpoint("", 0),
                Behaviour = parsed.GetValue(behaviour),
                BehaviourDelay = TimeSpan.FromSeconds(parsed.GetValue(delay)),
                SubscriptionTopics = [parsed.GetRequiredValue(topic)],
                Observer = feed.Add,
            };
            using var place = parsed.GetValue(endpoint.Endpoint) is null
                ? await SimulationPlace.AtLocalAsync(LocalAuthority.Find(parsed.GetValue(data), context, screen), ids, screen, cancellationToken)
                : endpoint.Resolve(parsed, ids);
            return await RunAsync([.. ids.Select(id => model with { TerminalId = id, Mqtt = place.EndpointOf(id) })], screen, context.TimeProvider, cancellationToken);
        });
        return command;
    }

    private static async Task<int> RunAsync(IReadOnlyList<TerminalOptions> terminals, Screen screen, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        await using var fleet = new TerminalFleet(terminals, timeProvider: timeProvider);
        var failures = await fleet.StartAsync(null, cancellationToken);
        foreach (var failure in failures)
            screen.Error.WriteLine($"{failure.TerminalId} could not connect: {failure.Cause}");
        if (failures.Count == terminals.Count)
            return ExitCode.Unavailable;

        screen.Note($"{fleet.Count} terminals, {TerminalBehaviours.NameOf(terminals[0].Behaviour)}; Ctrl-C ends it.");
        await Task.Delay(Timeout.InfiniteTimeSpan, timeProvider, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return ExitCode.Done;
    }

    private static Option<TerminalBehaviour> Behaviour()
    {
        var names = string.Join(Environment.NewLine, TerminalBehaviours.All.Select(info => $"  {info.Name}: {info.Description}"));
        var option = new Option<TerminalBehaviour>("--behaviour")
        {
            Description = $"How they behave [default: {TerminalBehaviours.NameOf(default)}]:{Environment.NewLine}{names}",
            HelpName = "NAME",
            CustomParser = result =>
            {
                if (!TerminalBehaviours.TryParse(result.Tokens[0].Value, out var behaviour))
                    result.AddError($"'{result.Tokens[0].Value}' is no behaviour; there are {string.Join(", ", TerminalBehaviours.All.Select(info => info.Name))}.");
                return behaviour;
            },
        };
        option.CompletionSources.Add([.. TerminalBehaviours.All.Select(info => info.Name)]);
        return option;
    }

    private static IReadOnlyList<string> Ids(int count) =>
        [.. Enumerable.Range(FirstNumber, count).Select(number => string.Create(CultureInfo.InvariantCulture, $"NL{number}"))];
}
