using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudKick.Relay.CloudConnect;

/// <summary>
/// The steps from Cloud Connect 1.0 to 2.0, in the order of the manual's chapter "Omzetten": the terminals first, then the till. A
/// terminal is at the first one that it lacks.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlanStep>))]
internal enum PlanStep
{
    /// <summary>The TMS id must be on the merchant's whitelist.</summary>
    [JsonStringEnumMemberName("whitelist")]
    Whitelist,

    /// <summary>The firmware must have Cloud Connect 2.0.</summary>
    [JsonStringEnumMemberName("firmware")]
    Firmware,

    /// <summary>The parameters must be set in TMS, and loaded by a hardware installation: then it connects.</summary>
    [JsonStringEnumMemberName("installation")]
    Installation,

    /// <summary>It must be opened for 2.0 here, beside 1.0.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>The till must ask the 2.0 way. Not before every terminal has got this far.</summary>
    [JsonStringEnumMemberName("till")]
    Till,

    /// <summary>A request of the 2.0 kind must have led to a session.</summary>
    [JsonStringEnumMemberName("test")]
    Test,

    /// <summary>1.0 must be closed here.</summary>
    [JsonStringEnumMemberName("close")]
    Close,

    /// <summary>Nothing is left.</summary>
    [JsonStringEnumMemberName("done")]
    Done,
}

/// <summary>The steps by their names, which people and programs use alike.</summary>
internal static class PlanSteps
{
    /// <summary>Every step in order, <see cref="PlanStep.Done"/> not among them.</summary>
    public static IReadOnlyList<PlanStep> All { get; } = [.. Enum.GetValues<PlanStep>().Where(step => step != PlanStep.Done)];

    /// <summary>As it is written.</summary>
    public static string Name(this PlanStep step) => JsonNamingPolicy.KebabCaseLower.ConvertName(step.ToString());

    /// <summary>The step with this name, in whichever case; null: there is none.</summary>
    public static PlanStep? Find(string? name)
    {
        foreach (var step in All)
        {
            if (string.Equals(step.Name(), name, StringComparison.OrdinalIgnoreCase))
                return step;
        }

        return null;
    }
}

/// <summary>How a step of the plan stands.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PlanStatus>))]
internal enum PlanStatus
{
    /// <summary>Every terminal is past it.</summary>
    [JsonStringEnumMemberName("done")]
    Done,

    /// <summary>It can be done now.</summary>
    [JsonStringEnumMemberName("now")]
    Now,

    /// <summary>An earlier step blocks it.</summary>
    [JsonStringEnumMemberName("waiting")]
    Waiting,
}
