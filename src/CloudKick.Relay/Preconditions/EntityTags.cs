using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Preconditions;

/// <summary>
/// Strong entity tags (RFC 9110 §8.8.3): a hash of the answer as it is written, so that a tag changes exactly when what was read does, on
/// whichever node, and after a restore too. Nothing has to be stored for it. Thread-safe.
/// </summary>
internal sealed class EntityTags(IOptions<JsonOptions> json)
{
    // 128 bits: nobody meets two answers with one tag.
    private const int HashBytes = 16;

    /// <summary>The tag of an answer, with its quotes.</summary>
    public string Of(object answer)
    {
        var written = JsonSerializer.SerializeToUtf8Bytes(answer, json.Value.SerializerOptions.GetTypeInfo(answer.GetType()));
        return $"\"{Base64Url.EncodeToString(SHA256.HashData(written).AsSpan(0, HashBytes))}\"";
    }
}
