using System.Globalization;
using CloudKick.Relay.Kicks;
using Spectre.Console;

namespace CloudKick.Cli.Kicks;

/// <summary>Writes a kick's ladder, each step once, in the ladder's order, as it becomes known.</summary>
internal sealed class LadderView(IAnsiConsole console)
{
    private bool _begun;
    private int _shown;

    /// <summary>Writes the steps that are done and not yet written.</summary>
    public void Show(KickResponse kick)
    {
        if (WasCoupledBefore(kick))
            return;
        if (!_begun)
            console.MarkupLineInterpolated($"Kick [bold]{kick.Id}[/] for terminal [bold]{kick.TerminalId}[/]");
        _begun = true;
        while (_shown < kick.Ladder.Count && kick.Ladder[_shown] is { Status: "done" } step)
        {
            Write(step);
            _shown++;
        }
    }

    /// <summary>Writes the rest of a final kick, and what it means.</summary>
    public void End(KickResponse kick)
    {
        if (WasCoupledBefore(kick))
        {
            console.MarkupLineInterpolated($"[green]Coupled[/]: terminal {kick.TerminalId} had its session open already, so nothing was sent ({kick.Id}).");
            return;
        }

        Show(kick);
        foreach (var step in kick.Ladder.Skip(_shown))
            Write(step);
        _shown = kick.Ladder.Count;
        if (kick.Outcome == "coupled")
            console.MarkupLineInterpolated($"[green]Coupled[/]: the terminal's session is open.");
        else
            console.MarkupLineInterpolated($"[red]Not coupled[/]: the kick is {kick.State}{(kick.FailureCode is null ? "" : $" ({kick.FailureCode})")}. {kick.Advice}");
        if (kick is { Outcome: not "coupled", RetrySafe: true })
            console.WriteLine("It is safe to kick again.");
    }

    private static bool WasCoupledBefore(KickResponse kick) => kick is { Outcome: "coupled", BrokerOutcome: "never_sent" };

    private void Write(KickStep step)
    {
        var meaning = step.Step switch
        {
            "accepted" => "stored; the whitelist allows it",
            "published" => "the broker has it",
            "delivered" => "the terminal has it",
            "connected" => "its session at the TAS is open",
            _ => "",
        };
        var name = step.Step.PadRight(10);
        var time = (step.AfterMilliseconds is { } after ? string.Create(CultureInfo.InvariantCulture, $"{after:0.0} ms") : "").PadLeft(11);
        console.MarkupLine(step.Status switch
        {
            "done" => $"  [green]✓[/] {name.EscapeMarkup()} {time}  [grey]{meaning.EscapeMarkup()}[/]",
            "not_observed" => $"  [grey]· {name.EscapeMarkup()} {time}  passed, not observed[/]",
            _ => $"  [red]✗[/] {name.EscapeMarkup()} {time}  [grey]not reached[/]",
        });
    }
}
