using System.Text.Json;
using System.Text.Json.Serialization;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Relaying;

/// <summary>An error answer of the relay (RFC 9457), as far as a command needs it.</summary>
internal sealed record RelayProblem
{
    public string? Title { get; init; }

    public string? Detail { get; init; }

    public string? Code { get; init; }

    public bool RetrySafe { get; init; }

    public string? TraceId { get; init; }

    public IReadOnlyList<RelayFieldError>? Errors { get; init; }

    /// <summary>What only some problems say, e.g. an import's report per line.</summary>
    [JsonExtensionData]
    public IDictionary<string, JsonElement>? Extensions { get; init; }

    /// <summary>How a command ends because of this answer.</summary>
    public CliException ToException(int status) => new(
        (status, Code) switch
        {
            (_, "invalid-request" or "payload-too-large") => ExitCode.Usage,
            (_, "terminal-offline") => ExitCode.NotCoupled,
            (429 or >= 502, _) => ExitCode.Unavailable,
            (>= 400 and < 500, _) => ExitCode.Refused,
            _ => ExitCode.Failed,
        },
        Title ?? $"The relay answered {status}.",
        string.Join(Environment.NewLine, Errors is { Count: > 0 } ? Errors.Select(error => $"{error.Field}: {error.Message}") : [Detail ?? "It did not say why."]),
        Code);
}

/// <summary>One fault of a request.</summary>
internal sealed record RelayFieldError(string Field, string Message);
