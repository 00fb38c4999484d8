using System.Text.Json;
using System.Text.Json.Serialization;

namespace CloudKick.Relay.Publishing;

/// <summary>Serialisation of what terminals send.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(AnswerPayload))]
internal sealed partial class PublishingJson : JsonSerializerContext;
