namespace CloudKick.Cli.CommandLine;

/// <summary>Ends a command with a message for the person at the keyboard.</summary>
/// <param name="exitCode">One of <see cref="ExitCode"/>.</param>
/// <param name="message">What is wrong, one sentence.</param>
/// <param name="advice">What to do about it; null when the message says it.</param>
/// <param name="code">A stable word for scripts; null when the exit code says enough.</param>
internal sealed class CliException(int exitCode, string message, string? advice = null, string? code = null) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    public string? Advice { get; } = advice;

    public string? Code { get; } = code;

    public static CliException Usage(string message, string? advice = null) => new(CommandLine.ExitCode.Usage, message, advice);

    /// <summary>Because something that was given broke a rule, in the words of the rule's keeper.</summary>
    public static CliException Usage(ArgumentException broken) =>
        new(CommandLine.ExitCode.Usage, broken.Message.Replace($" (Parameter '{broken.ParamName}')", "", StringComparison.Ordinal));

    public static CliException Unavailable(string message, string? advice = null) => new(CommandLine.ExitCode.Unavailable, message, advice);
}
