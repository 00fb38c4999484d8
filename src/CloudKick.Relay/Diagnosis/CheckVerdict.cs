using System.Text.Json.Serialization;

namespace CloudKick.Relay.Diagnosis;

/// <summary>What a check of the diagnosis found.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CheckVerdict>))]
internal enum CheckVerdict
{
    /// <summary>As it should be.</summary>
    [JsonStringEnumMemberName("ok")]
    Ok,

    /// <summary>Wrong; the finding says what to do.</summary>
    [JsonStringEnumMemberName("problem")]
    Problem,

    /// <summary>Nothing here tells; the finding says who can find out.</summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}
