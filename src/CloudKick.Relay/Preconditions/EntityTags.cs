using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Preconditions;

/// <summary>
/// Strong entity tags (RFC 9110 §8.8.3): a hash of the answer as it is written, so that a tag changes exactly when what was read does, on
/// whichever node, and after a restore too. Nothing has to be stored for it. The tag of a <see cref="IChangeable"/> answer has two such hashes
/// with a dot between: of what a change can change, by which <c>If-Match</c> goes, and of all of it, by which <c>If-None-Match</c> goes.
/// Thread-safe.
/// </summary>
internal sealed class EntityTags(IOptions<JsonOptions> json)
{
    // 128 bits: nobody meets two answers with one tag.
    private const int HashBytes = 16;

    private const char Dot = '.';

    /// <summary>The tag of an answer, with its quotes.</summary>
    public string Of(object answer) => answer is IChangeable changeable ? $"\"{OfSettings(changeable)}{Dot}{Hash(answer)}\"" : $"\"{Hash(answer)}\"";

    /// <summary>Of what a change can change, alone; no tag for a header.</summary>
    public string OfSettings(IChangeable answer) => Hash(answer.Settings);

    /// <summary>Whether two tags are of the same settings, whatever else was read with them.</summary>
    public static bool AreOfSameSettings(string one, string other) => SettingsIn(one).SequenceEqual(SettingsIn(other));

    private static ReadOnlySpan<char> SettingsIn(string tag) => tag.IndexOf(Dot, StringComparison.Ordinal) is var dot and >= 0 ? tag.AsSpan(0, dot) : tag;

    private string Hash(object answer)
    {
        var written = JsonSerializer.SerializeToUtf8Bytes(answer, json.Value.SerializerOptions.GetTypeInfo(answer.GetType()));
        return Base64Url.EncodeToString(SHA256.HashData(written).AsSpan(0, HashBytes));
    }
}

/// <summary>An answer with more in it than a change can change: what is so at the moment, such as a terminal's presence.</summary>
internal interface IChangeable
{
    /// <summary>The answer with that left blank: the same until somebody changes something.</summary>
    object Settings { get; }
}
