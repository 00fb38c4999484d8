using System.CommandLine;
using System.Globalization;
using CloudKick.Cli.CommandLine;
using CloudKick.Mqtt;
using Spectre.Console;

namespace CloudKick.Cli.Cloud;

/// <summary><c>cloudkick cloud</c>: looks into the cloud of a running <c>local</c>, and makes it misbehave.</summary>
internal static class CloudCommands
{
    private static readonly TimeSpan LongestDelay = TimeSpan.FromHours(1);

    // What AWS's PUBACK may say (developer guide, MQTT 5 reason codes).
    private static readonly Dictionary<string, MqttReasonCode> Reasons = new(StringComparer.Ordinal)
    {
        ["quota-exceeded"] = MqttReasonCode.QuotaExceeded,
        ["not-authorized"] = MqttReasonCode.NotAuthorized,
        ["unspecified-error"] = MqttReasonCode.UnspecifiedError,
        ["topic-name-invalid"] = MqttReasonCode.TopicNameInvalid,
    };

    public static Command Create(CommandContext context) => new("cloud", "The cloud of the running `local`: see who is connected, and make it misbehave")
    {
        Status(context),
        FaultCommand.Create(
            context, "cut", "Break connections as a failing network does. With --for or --times also those of clients that come back, before they are answered", "connections"),
        FaultCommand.Create(
            context, "freeze", "Stop reading from connections and writing to them, though they stay open; those that clients open later, too. The cloud ends them by keep-alive as ever", "connections"),
        Thaw(context),
        Delay(context),
        FaultCommand.Create(context, "drop", "Accept and deliver what clients publish, and never acknowledge it; over HTTPS the connection ends without an answer", "messages"),
        Refuse(context),
        Discard(context),
        Reset(context),
    };

    private static Command Status(CommandContext context)
    {
        var clients = new Option<string?>("--clients") { Description = "Only clients whose ids are like this, with * and ? (in quotes)", HelpName = "PATTERN" };
        var data = CommonOptions.Data();
        var command = new Command("status", "Show who is connected, which faults are in force, and how many messages went their way") { clients, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var cloud = CloudClient.Open(parsed.GetValue(data), context, screen);
            var status = await cloud.StatusAsync(parsed.GetValue(clients), cancellationToken);
            screen.Result(status, _ => StatusView.Show(screen, status));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Thaw(CommandContext context)
    {
        var clients = FaultCommand.Clients();
        clients.Arity = ArgumentArity.ZeroOrOne;
        clients.DefaultValueFactory = _ => "*";
        var data = CommonOptions.Data();
        var command = new Command("thaw", "Let frozen connections go on where they were") { clients, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var cloud = CloudClient.Open(parsed.GetValue(data), context, screen);
            var thawed = await cloud.ThawAsync(parsed.GetRequiredValue(clients), cancellationToken);
            screen.Result(
                new { connections = thawed },
                people => people.WriteLine(thawed == 0 ? "No connection was frozen." : string.Create(CultureInfo.InvariantCulture, $"{thawed} {(thawed == 1 ? "connection goes" : "connections go")} on.")));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Delay(CommandContext context)
    {
        var by = Durations.Option("--by", "How much later: 500ms, 20s, 2m; up to 1h", LongestDelay);
        by.Required = true;
        return FaultCommand.Create(
            context, "delay", "Accept and deliver what clients publish at once, and acknowledge it later", "messages",
            (order, parsed) => order with { DelayMilliseconds = (long?)parsed.GetValue(by)?.TotalMilliseconds }, by);
    }

    private static Command Refuse(CommandContext context)
    {
        var reason = new Option<string>("--reason") { Description = "What is answered", HelpName = "REASON", DefaultValueFactory = _ => Reasons.Keys.First() };
        reason.AcceptOnlyFromAmong([.. Reasons.Keys]);
        return FaultCommand.Create(
            context, "refuse", "Refuse what clients publish. MQTT 5 is told why; a client that cannot be told is disconnected, as AWS does; HTTPS answers 429, 403 or 500", "messages",
            (order, parsed) => order with { ReasonCode = (int)Reasons[parsed.GetRequiredValue(reason)] }, reason);
    }

    private static Command Discard(CommandContext context)
    {
        var from = new Option<bool>("--from") { Description = "What the clients publish, unacknowledged, instead of what is on its way to them" };
        return FaultCommand.Create(
            context, "discard", "Throw away messages on their way to clients, without a word to anyone, as AWS does with what is over a rate", "messages",
            (order, parsed) => order with { FromClients = parsed.GetValue(from) }, from);
    }

    private static Command Reset(CommandContext context)
    {
        var id = new Argument<int?>("FAULT_ID") { Description = "Only this one; `cloudkick cloud status` shows the ids", Arity = ArgumentArity.ZeroOrOne };
        var data = CommonOptions.Data();
        var command = new Command("reset", "Withdraw all faults: what is frozen goes on, and the cloud behaves again") { id, data };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var screen = context.ScreenFor(parsed);
            using var cloud = CloudClient.Open(parsed.GetValue(data), context, screen);
            var one = parsed.GetValue(id);
            await cloud.ResetAsync(one, cancellationToken);
            screen.Result(
                new { reset = one is null ? "all" : one.Value.ToString(CultureInfo.InvariantCulture) },
                people => people.WriteLine(one is null ? "No faults are in force any more." : string.Create(CultureInfo.InvariantCulture, $"Fault {one} is withdrawn.")));
            return ExitCode.Done;
        });
        return command;
    }
}
