using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace CloudKick.Cli.CommandLine;

/// <summary>
/// Where a command writes. Results go to standard output: for people, or with <c>--json</c> as one object per line. Notes and
/// progress go to standard error. Colours only on a terminal, and not when <c>NO_COLOR</c> is set.
/// </summary>
internal sealed class Screen
{
    // Wide enough that a file or a pipe gets each row on one line.
    private const int WidthOfAFile = 500;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly TextWriter _out;

    public Screen(CommandContext context, bool json)
    {
        IsJson = json;
        _out = context.Out;
        var colours = context.NonEmpty("NO_COLOR") is null;
        Error = Create(context.Error, context.ErrorIsTerminal, colours);
        People = json ? Error : Create(context.Out, context.OutIsTerminal, colours);
    }

    /// <summary>Whether results are for a program.</summary>
    public bool IsJson { get; }

    /// <summary>Standard error.</summary>
    public IAnsiConsole Error { get; }

    /// <summary>Where people read: standard output, or standard error when standard output is for a program.</summary>
    public IAnsiConsole People { get; }

    /// <summary>One result: a JSON line, or what <paramref name="people"/> writes.</summary>
    public void Result<T>(T json, Action<IAnsiConsole> people)
    {
        if (IsJson)
            Line(json);
        else
            people(People);
    }

    /// <summary>A list: one JSON line each, or a table.</summary>
    public void List<T>(IReadOnlyCollection<T> rows, string none, IReadOnlyList<string> columns, Func<T, IReadOnlyList<string>> cells)
    {
        if (IsJson)
        {
            foreach (var row in rows)
                Line(row);
        }
        else if (rows.Count == 0)
        {
            Error.WriteLine(none);
        }
        else
        {
            var table = new Table().Border(TableBorder.None).AddColumns([.. columns.Select(column => new TableColumn($"[bold]{column.EscapeMarkup()}[/]").NoWrap().PadRight(2))]);
            foreach (var row in rows)
                table.AddRow([.. cells(row).Select(cell => new Text(cell))]);
            People.Write(table);
        }
    }

    /// <summary>One object as one line of JSON on standard output.</summary>
    public void Line<T>(T value)
    {
        _out.WriteLine(JsonSerializer.Serialize(value, Json));
        _out.Flush();
    }

    /// <summary>Text for people whose lines are to be pasted: it is never wrapped.</summary>
    public void Unwrapped(string text)
    {
        People.Profile.Out.Writer.WriteLine(text);
        People.Profile.Out.Writer.Flush();
    }

    /// <summary>Something worth knowing that is not the result.</summary>
    public void Note(string text) => Error.MarkupLineInterpolated($"[grey]{text}[/]");

    /// <summary>Why a command ends without its result.</summary>
    public void Fault(int exitCode, string message, string? advice, string? code)
    {
        if (IsJson)
        {
            Error.Profile.Out.Writer.WriteLine(JsonSerializer.Serialize(new { error = message, advice, code, exitCode }, Json));
            return;
        }

        Error.MarkupLineInterpolated($"[red]{message}[/]");
        if (advice is not null)
            Error.WriteLine(advice);
    }

    private static IAnsiConsole Create(TextWriter writer, bool isTerminal, bool colours)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal && colours ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = isTerminal ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!isTerminal)
            console.Profile.Width = WidthOfAFile;
        return console;
    }
}
