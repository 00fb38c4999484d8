using System.Text.Json.Serialization;

namespace CloudKick.Terminal;

/// <summary>What goes over the wire as JSON, read and written without reflection.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, AllowDuplicateProperties = false, MaxDepth = 8)]
[JsonSerializable(typeof(KickMessage))]
[JsonSerializable(typeof(KickAnswer))]
internal sealed partial class KickJson : JsonSerializerContext;
