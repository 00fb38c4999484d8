using System.Globalization;
using Spectre.Console;

namespace CloudKick.Cli.CommandLine;

/// <summary>
/// Long work, step by step: on a terminal a spinner with what is being done, then, and everywhere else only, a line with what
/// came of it and how long it took.
/// </summary>
internal sealed class Steps(IAnsiConsole console, TimeProvider timeProvider)
{
    /// <summary>Runs a step.</summary>
    /// <param name="doing">What is being done, shown while it lasts.</param>
    /// <param name="work">The step; may call its argument to say what it is at.</param>
    /// <param name="done">What came of it.</param>
    public async Task<T> RunAsync<T>(string doing, Func<Action<string>, Task<T>> work, Func<T, string> done)
    {
        var started = timeProvider.GetTimestamp();
        T result;
        if (console.Profile.Capabilities is { Interactive: true, Ansi: true })
        {
            result = await console.Status().StartAsync(doing.EscapeMarkup(), status => work(detail => status.Status(detail.EscapeMarkup())));
        }
        else
        {
            result = await work(detail => console.WriteLine($"  … {detail}"));
        }

        var took = timeProvider.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        console.MarkupLineInterpolated($"[green]✓[/] {done(result)} [grey]{took} s[/]");
        return result;
    }
}
