using System.CommandLine;
using System.Globalization;
using CloudKick.Cli.CommandLine;
using Spectre.Console;

namespace CloudKick.Cli.Cloud;

/// <summary>A command that orders a fault. All take the same words for whose, how often and how long.</summary>
internal static class FaultCommand
{
    private static readonly TimeSpan LongestDuration = TimeSpan.FromDays(1);

    public static Argument<string> Clients() => new("CLIENT_ID")
    {
        Description = "MQTT client id, which is a terminal's id, or relay-NODE-N; with * and ? (in quotes) several, '*' all. Calls over HTTPS go by the caller's name: relay, operator",
    };

    /// <param name="context">Of the process.</param>
    /// <param name="kind">The command's name, and the fault's.</param>
    /// <param name="description">For the help.</param>
    /// <param name="counted">What <c>--times</c> counts.</param>
    /// <param name="complete">Adds what only this kind has.</param>
    /// <param name="own">Options that only this kind has.</param>
    public static Command Create(
        CommandContext context, string kind, string description, string counted, Func<FaultOrder, ParseResult, FaultOrder>? complete = null, params Option[] own)
    {
        var clients = Clients();
        var duration = Durations.Option("--for", "For how long: 500ms, 20s, 2m; up to 24h [default: until `cloudkick cloud reset`]", LongestDuration);
        var times = new Option<int?>("--times") { Description = $"So many {counted} only [default: any number]", HelpName = "N" };
        times.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int?>() < 1)
                result.AddError("--times must be at least 1.");
        });
        if (kind == "cut")
            duration.Description = duration.Description!.Replace("until `cloudkick cloud reset`", "once", StringComparison.Ordinal);
        var data = CommonOptions.Data();
        var command = new Command(kind, description) { clients };
        foreach (var option in own)
            command.Add(option);
        command.Add(duration);
        command.Add(times);
        command.Add(data);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var cloud = CloudClient.Open(parsed.GetValue(data), context, screen);
            var order = new FaultOrder(kind, parsed.GetRequiredValue(clients))
            {
                Count = parsed.GetValue(times),
                DurationMilliseconds = (long?)parsed.GetValue(duration)?.TotalMilliseconds,
            };
            var fault = await cloud.OrderAsync(complete?.Invoke(order, parsed) ?? order, cancellationToken);
            bool passes = kind == "cut" && order is { Count: null, DurationMilliseconds: null };
            if (passes && fault.Struck == 0)
                throw new CliException(ExitCode.Refused, $"No client like {fault.Clients} is connected.", "`cloudkick cloud status` shows who is.", "client-not-connected");
            screen.Result(fault, people => Show(people, fault, passes));
            return ExitCode.Done;
        });
        return command;
    }

    private static void Show(IAnsiConsole people, FaultView fault, bool passes)
    {
        var connections = fault.Struck == 1 ? "1 connection" : string.Create(CultureInfo.InvariantCulture, $"{fault.Struck} connections");
        people.WriteLine(passes ? $"{connections} of {fault.Clients} cut."
            : string.Create(CultureInfo.InvariantCulture, $"Fault {fault.Id}: {FaultText.What(fault)}, {FaultText.Until(fault)}."));
        if (!passes && fault.Kind is "cut" or "freeze")
            people.WriteLine($"{connections} so far.");
    }
}
