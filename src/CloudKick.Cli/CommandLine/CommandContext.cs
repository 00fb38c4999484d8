using System.CommandLine;

namespace CloudKick.Cli.CommandLine;

/// <summary>What a command meets outside itself: the process's, or a test's. Of one command tree.</summary>
internal sealed record CommandContext
{
    /// <summary>Results, and nothing else.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Errors, notes, progress.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>An environment variable's value, or null.</summary>
    public required Func<string, string?> Variable { get; init; }

    /// <summary>Whether <see cref="Out"/> and <see cref="Error"/> are a terminal that takes colours and cursor movements.</summary>
    public bool OutIsTerminal { get; init; }

    /// <inheritdoc cref="OutIsTerminal"/>
    public bool ErrorIsTerminal { get; init; }

    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>The one option that every command has.</summary>
    public Option<bool> Json { get; } = new("--json")
    {
        Description = "Results as JSON on standard output, one object per line; all else on standard error",
        Recursive = true,
    };

    public static CommandContext OfThisProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        Variable = Environment.GetEnvironmentVariable,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
    };

    /// <summary>Where the command that was asked for writes.</summary>
    public Screen ScreenFor(ParseResult parsed) => new(this, parsed.GetValue(Json));

    /// <summary>A variable that is set to something, or null.</summary>
    public string? NonEmpty(string variable) => Variable(variable) is { Length: > 0 } value ? value : null;
}
