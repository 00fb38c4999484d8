using System.Globalization;
using System.Text.Json;

namespace CloudKick.Relay.Presence;

/// <summary>
/// Reads AWS IoT Core's lifecycle events (developer guide, "Lifecycle events"). Lenient about what is not needed: unknown members,
/// numbers in quotes, members that are missing. Strict about what would mislead: an event that cannot be put in order, that is of another
/// client than its topic says, or whose texts are longer than they can be. Pure.
/// </summary>
internal static class LifecycleEventReader
{
    public const int MaximumBytes = 8 * 1024;
    public const string ConnectedTopics = "$aws/events/presence/connected/";
    public const string DisconnectedTopics = "$aws/events/presence/disconnected/";

    private const int MaximumDepth = 8;
    private const int MaximumClientId = 128;
    private const int MaximumText = 128;

    // Clocks may be wrong by minutes, not by days; a far future would outrank every later event.
    private static readonly TimeSpan LargestLead = TimeSpan.FromDays(1);
    private static readonly DateTimeOffset Earliest = new(2015, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Reads an event.</summary>
    /// <param name="topic">The topic that it came on.</param>
    /// <param name="payload">The message.</param>
    /// <param name="now">When it came; stands in for a missing time.</param>
    /// <param name="read">The event, when true is returned.</param>
    /// <param name="fault">What is wrong with it, when false is returned; holds nothing of the message.</param>
    public static bool TryRead(string topic, ReadOnlyMemory<byte> payload, DateTimeOffset now, out PresenceEvent? read, out string? fault)
    {
        read = null;
        fault = null;
        bool connected = topic.StartsWith(ConnectedTopics, StringComparison.Ordinal);
        if (!connected && !topic.StartsWith(DisconnectedTopics, StringComparison.Ordinal))
            return Fail("it came on another topic", out fault);
        var clientId = topic[(connected ? ConnectedTopics : DisconnectedTopics).Length..];
        if (!IsText(clientId, MaximumClientId) || clientId.Length == 0)
            return Fail("the topic names no client", out fault);
        if (payload.Length > MaximumBytes)
            return Fail("it is too long", out fault);

        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                return Fail("it is not an object", out fault);
            read = Read(document.RootElement, clientId, connected, now, out fault);
        }
        catch (JsonException)
        {
            return Fail("it is not JSON", out fault);
        }
        // A text with half a surrogate pair in it.
        catch (InvalidOperationException)
        {
            return Fail("a text in it is not Unicode", out fault);
        }

        return read is not null;
    }

    private static PresenceEvent? Read(JsonElement root, string clientId, bool connected, DateTimeOffset now, out string? fault)
    {
        fault = null;
        if (Text(root, "clientId") is { } named && named != clientId)
            fault = "its clientId is not the topic's";
        else if (Text(root, "eventType") is { } type && type != (connected ? "connected" : "disconnected"))
            fault = "its eventType is not the topic's";
        else if (Number(root, "versionNumber") is not (>= 0 and var version))
            fault = "it has no versionNumber";
        else if (Time(root, now) is not { } at)
            fault = "its timestamp cannot be";
        else if (Text(root, "sessionIdentifier") is var session && Text(root, "disconnectReason") is var reason && Text(root, "ipAddress") is var address
            && (!IsText(session, MaximumText) || !IsText(reason, MaximumText) || !IsText(address, MaximumText)))
            fault = "a text in it is too long or has control characters";
        else
            return new PresenceEvent(clientId, connected, version, session ?? "", at, connected ? null : reason, connected ? address : null, Principal(root));
        return null;
    }

    // Certificates' ids are all that is of use; what else there is may be longer, and is no fault.
    private static string? Principal(JsonElement root) =>
        Text(root, "principalIdentifier") is { Length: > 0 } principal && IsText(principal, MaximumText) ? principal : null;

    private static DateTimeOffset? Time(JsonElement root, DateTimeOffset now)
    {
        if (!root.TryGetProperty("timestamp", out _))
            return now;
        return Number(root, "timestamp") is { } milliseconds
            && milliseconds >= Earliest.ToUnixTimeMilliseconds() && milliseconds <= (now + LargestLead).ToUnixTimeMilliseconds()
                ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
                : null;
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static long? Number(JsonElement root, string name) => !root.TryGetProperty(name, out var member) ? null : member.ValueKind switch
    {
        JsonValueKind.Number when member.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(member.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    private static bool IsText(string? text, int maximum) => text is null || (text.Length <= maximum && !text.Any(char.IsControl));

    private static bool Fail(string why, out string fault)
    {
        fault = why;
        return false;
    }
}
