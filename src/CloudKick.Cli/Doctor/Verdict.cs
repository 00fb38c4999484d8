using System.Text.Json.Serialization;

namespace CloudKick.Cli.Doctor;

/// <summary>What a check came to. The names in JSON are stable: scripts read them.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<Verdict>))]
internal enum Verdict
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>It works, and there is something to know or to mend. Does not make the examination fail.</summary>
    [JsonStringEnumMemberName("warning")]
    Warning,

    /// <summary>It does not work; there is a fix.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Something that it needs has failed or was not given: nothing is known of it.</summary>
    [JsonStringEnumMemberName("not-tried")]
    NotTried,
}
