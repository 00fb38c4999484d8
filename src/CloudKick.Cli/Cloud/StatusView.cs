using System.Globalization;
using CloudKick.Cli.CommandLine;
using Spectre.Console;

namespace CloudKick.Cli.Cloud;

/// <summary>The cloud's state for people.</summary>
internal static class StatusView
{
    public static void Show(Screen screen, CloudStatus status)
    {
        var messages = status.Messages;
        screen.People.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{status.Connected} connected. Messages: {messages.Published} accepted, {messages.Delivered} delivered, {messages.Acknowledged} acknowledged by their receivers, {messages.Refused} refused, {messages.Dropped} dropped, {messages.Discarded} discarded for their rate, {messages.Expired} expired."));
        screen.People.WriteLine();
        if (status.Clients.Count > 0)
        {
            screen.List(
                status.Clients, none: "", ["CLIENT", "WAITING", "CONNECTION"],
                client => [client.ClientId, client.Queued.ToString(CultureInfo.InvariantCulture), client.Frozen ? "frozen" : "open"]);
            if (status.Clients.Count < status.Connected)
                screen.Note(string.Create(CultureInfo.InvariantCulture, $"{status.Clients.Count} of {status.Connected} shown: --clients PATTERN chooses."));
            screen.People.WriteLine();
        }

        screen.List(
            status.Faults, none: "No faults are in force.", ["FAULT", "WHAT", "STRUCK", "HOW LONG"],
            fault => [fault.Id.ToString(CultureInfo.InvariantCulture), FaultText.What(fault), fault.Struck.ToString(CultureInfo.InvariantCulture), FaultText.Until(fault)]);
    }
}
