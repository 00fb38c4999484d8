using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>
/// Kills this process, as SIGKILL does, at a named moment of a kick's life, so that an experiment can show what a crash just there
/// leaves behind. Does nothing unless the environment variable <c>CLOUDKICK_FAILPOINT</c> names one (<c>name</c>, or <c>name:3</c> for the third
/// time it is reached); a node in the environment Production refuses to start with it. Thread-safe.
/// </summary>
internal static class Failpoint
{
    public const string Variable = "CLOUDKICK_FAILPOINT";

    /// <summary>Nothing is stored, nothing has been asked of the database.</summary>
    public const string BeforeCommit = "before-commit";

    /// <summary>The database has been asked and has not answered: stored or not, the node does not know.</summary>
    public const string DuringCommit = "during-commit";

    /// <summary>The kick is stored, nothing is published.</summary>
    public const string BeforePublish = "before-publish";

    /// <summary>The message is handed over to be sent: it has left or not, the node does not know.</summary>
    public const string DuringPublish = "during-publish";

    /// <summary>The broker has acknowledged, the database does not know.</summary>
    public const string AfterAcknowledgement = "after-acknowledgement";

    /// <summary>All is recorded, the till does not know.</summary>
    public const string BeforeAnswer = "before-answer";

    private static readonly string[] Names = [BeforeCommit, DuringCommit, BeforePublish, DuringPublish, AfterAcknowledgement, BeforeAnswer];

    private static readonly (string? Name, int Time) Armed = Read(Environment.GetEnvironmentVariable(Variable));

    private static int _reached;

    /// <summary>Here is the moment of this name.</summary>
    public static void Reach(string name)
    {
        if (Armed.Name == name && Interlocked.Increment(ref _reached) == Armed.Time)
            Process.GetCurrentProcess().Kill();
    }

    /// <summary>Why a node must not start with the environment as it is; null when it may.</summary>
    public static string? Refuse(IHostEnvironment environment)
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } value)
            return null;
        if (environment.IsProduction())
            return $"{Variable} is set, which kills the node on purpose. That is for experiments, and the environment is {environment.EnvironmentName}.";
        return Names.Contains(Armed.Name) && Armed.Time > 0 ? null : $"{Variable} is '{value}', which is none of {string.Join(", ", Names)}.";
    }

    private static (string? Name, int Time) Read(string? value)
    {
        if (string.IsNullOrEmpty(value))
            return default;
        var colon = value.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (value, 1) : (value[..colon], int.TryParse(value.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var time) ? time : 0);
    }
}

/// <summary>Keeps a node from starting with a failpoint that is not meant.</summary>
internal sealed class FailpointValidator(IHostEnvironment environment) : IValidateOptions<NodeOptions>
{
    public ValidateOptionsResult Validate(string? name, NodeOptions options) =>
        Failpoint.Refuse(environment) is { } refusal ? ValidateOptionsResult.Fail(refusal) : ValidateOptionsResult.Success;
}
