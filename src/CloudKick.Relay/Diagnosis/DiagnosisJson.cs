using System.Text.Json.Serialization;

namespace CloudKick.Relay.Diagnosis;

/// <summary>How the diagnosis is written.</summary>
[JsonSerializable(typeof(DiagnosisAnswer))]
internal sealed partial class DiagnosisJson : JsonSerializerContext;
