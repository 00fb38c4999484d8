using Spectre.Console;

namespace CloudKick.Cli.Doctor;

/// <summary>
/// Lines of three columns: how it is, what it is about, what there is to say; a second line says what to do. On a terminal the last column
/// wraps within itself; a file or a pipe gets each on one line.
/// </summary>
/// <param name="people">Where they are written.</param>
/// <param name="first">The width of the first column.</param>
/// <param name="second">The width of the second.</param>
internal sealed class VerdictLines(IAnsiConsole people, int first, int second)
{
    private const int Gap = 2;

    /// <summary>Writes a line, and the one that says what to do.</summary>
    /// <param name="verdict">How it is.</param>
    /// <param name="colour">The verdict's, where there are colours.</param>
    /// <param name="subject">What it is about.</param>
    /// <param name="text">What there is to say.</param>
    /// <param name="todoWord">What stands before <paramref name="todo"/>.</param>
    /// <param name="todo">What to do; null: nothing, and no second line.</param>
    public void Write(string verdict, string colour, string subject, string text, string todoWord, string? todo)
    {
        Row(new Markup($"[{colour}]{verdict.EscapeMarkup().PadRight(first)}[/]"), subject, text.EscapeMarkup());
        if (todo is not null)
            Row(new Markup(new string(' ', first)), "  " + todoWord, $"[bold]{todo.EscapeMarkup()}[/]");
    }

    private void Row(Markup verdict, string subject, string markup)
    {
        var width = people.Profile.Width - first - second - (2 * Gap);
        if (!people.Profile.Capabilities.Interactive || width < first)
        {
            var gap = new string(' ', Gap);
            people.Write(verdict);
            people.MarkupLine($"{gap}{subject.EscapeMarkup().PadRight(second)}{gap}{markup}");
            return;
        }
        people.Write(new Grid { Width = people.Profile.Width }
            .AddColumn(new GridColumn { Width = first, NoWrap = true, Padding = new Padding(0, 0, Gap, 0) })
            .AddColumn(new GridColumn { Width = second, NoWrap = true, Padding = new Padding(0, 0, Gap, 0) })
            .AddColumn(new GridColumn { Width = width, Padding = new Padding(0) })
            .AddRow(verdict, new Text(subject), new Markup(markup)));
    }
}
