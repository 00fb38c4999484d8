using CloudKick.Cli.CommandLine;
using Spectre.Console;

namespace CloudKick.Cli.Tests.CommandLine;

internal sealed class ScreenTests
{
    private const string Escape = "\u001b[";

    [TestCase(true, null, false, ExpectedResult = true, TestName = "A_terminal_gets_colours")]
    [TestCase(true, "1", false, ExpectedResult = false, TestName = "NO_COLOR_is_respected")]
    [TestCase(false, null, false, ExpectedResult = false, TestName = "A_file_gets_no_colours")]
    public bool Colours(bool isTerminal, string? noColor, bool json)
    {
        using var output = new StringWriter();
        var context = Context(output, TextWriter.Null, isTerminal, noColor);

        new Screen(context, json).People.MarkupLine("[green]✓[/] done");

        Assert.That(output.ToString(), Does.Contain("✓").And.Contain("done"));
        return output.ToString().Contains(Escape, StringComparison.Ordinal);
    }

    [Test]
    public void A_table_in_a_file_has_one_line_per_row()
    {
        using var output = new StringWriter();
        var screen = new Screen(Context(output, TextWriter.Null, isTerminal: false, noColor: null), json: false);
        var wide = new string('x', 150);

        screen.List([wide, "[b]"], "none", ["FIRST", "SECOND"], row => [row, row]);

        var lines = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.That(lines, Has.Length.EqualTo(3));
        Assert.That(lines[1].Split(' ', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo([wide, wide]));
        Assert.That(lines[2], Does.Contain("[b]"), "what looks like markup is text");
    }

    [Test]
    public void An_empty_list_says_so_beside_the_output()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var screen = new Screen(Context(output, error, isTerminal: false, noColor: null), json: false);

        screen.List(Array.Empty<string>(), "none yet", ["FIRST"], row => [row]);

        Assert.That(output.ToString(), Is.Empty);
        Assert.That(error.ToString(), Does.Contain("none yet"));
    }

    [Test]
    public void Json_is_one_object_per_line_and_people_read_elsewhere()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var screen = new Screen(Context(output, error, isTerminal: false, noColor: null), json: true);

        screen.List([1, 2], "none", ["N"], row => [$"{row}"]);
        screen.Result(new { Name = "Bakkerij \"Zoë\"", Nothing = (string?)null }, people => people.WriteLine("for people"));
        screen.People.WriteLine("progress");

        Assert.That(output.ToString(), Is.EqualTo("1\n2\n{\"name\":\"Bakkerij \\\"Zoë\\\"\"}\n".ReplaceLineEndings()));
        Assert.That(error.ToString().Trim(), Is.EqualTo("progress"));
    }

    private static CommandContext Context(TextWriter output, TextWriter error, bool isTerminal, string? noColor) => new()
    {
        Out = output,
        Error = error,
        OutIsTerminal = isTerminal,
        ErrorIsTerminal = isTerminal,
        Variable = name => name == "NO_COLOR" ? noColor : null,
    };
}
