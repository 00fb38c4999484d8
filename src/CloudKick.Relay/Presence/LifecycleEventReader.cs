using System.Globalization;
using System.Text.Json;
using CloudKick.Relay.FreeTexts;

namespace CloudKick.Relay.Presence;

/// <summary>
/// Reads AWS IoT Core's lifecycle events (developer guide, "Lifecycle events"). Lenient about what is not needed: unknown members,
/// numbers in quotes, members that are missing. Strict about what would mislead: an event that cannot be put in order, that is of another
/// client or kind than its topic says, or whose texts are longer than they can be. Pure.
/// </summary>
internal static class LifecycleEventReader
{
    public const int MaximumBytes = 8 * 1024;
    public const string ConnectedTopics = "$aws/events/presence/connected/";
    public const string DisconnectedTopics = "$aws/events/presence/disconnected/";

    private const string Connected = "connected";
    private const string Disconnected = "disconnected";
    private const int MaximumDepth = 8;
    private const int MaximumClientId = 128;
    private const int MaximumText = 128;
    private const int ShortestIdentifier = 32;

    // Versions count a client's connections. One that is no such number would outrank every later event.
    private const long MostConnections = int.MaxValue;

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
        var connected = topic.StartsWith(ConnectedTopics, StringComparison.Ordinal);
        if (!connected && !topic.StartsWith(DisconnectedTopics, StringComparison.Ordinal))
            return Fail("it came on another topic", out fault);
        var clientId = topic[(connected ? ConnectedTopics : DisconnectedTopics).Length..];
        if (!IsText(clientId, MaximumClientId) || clientId.Length == 0)
            return Fail("the topic names no client", out fault);
        read = Parse(payload, clientId, connected, now, out fault);
        return read is not null;
    }

    /// <summary>As the other, of an event that comes without its topic, as a rule passes it on: it says itself of which client and kind it is.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> payload, DateTimeOffset now, out PresenceEvent? read, out string? fault)
    {
        read = Parse(payload, null, null, now, out fault);
        return read is not null;
    }

    private static PresenceEvent? Parse(ReadOnlyMemory<byte> payload, string? clientId, bool? connected, DateTimeOffset now, out string? fault)
    {
        fault = "it is too long";
        if (payload.Length > MaximumBytes)
            return null;
        try
        {
            using var document = JsonDocument.Parse(payload, new JsonDocumentOptions { MaxDepth = MaximumDepth });
            fault = "it is not an object";
            return document.RootElement.ValueKind == JsonValueKind.Object ? Read(document.RootElement, clientId, connected, now, out fault) : null;
        }
        catch (JsonException)
        {
            fault = "it is not JSON";
            return null;
        }
        // A text with half a surrogate pair in it.
        catch (InvalidOperationException)
        {
            fault = "a text in it is not Unicode";
            return null;
        }
    }

    private static PresenceEvent? Read(JsonElement root, string? ofClient, bool? ofKind, DateTimeOffset now, out string? fault)
    {
        fault = null;
        var (named, type) = (Text(root, "clientId"), Text(root, "eventType"));
        var clientId = ofClient ?? named;
        var connected = ofKind ?? type switch { Connected => true, Disconnected => false, _ => null };
        if (string.IsNullOrEmpty(clientId) || !IsText(clientId, MaximumClientId))
            fault = "it names no client";
        else if (named is not null && named != clientId)
            fault = "its clientId is not the topic's";
        else if (connected is null)
            fault = "its eventType is neither connected nor disconnected";
        else if (type is not null && type != (connected.Value ? Connected : Disconnected))
            fault = "its eventType is not the topic's";
        else if (Number(root, "versionNumber") is not (>= 0 and <= MostConnections and var version))
            fault = "it has no versionNumber";
        else if (Time(root, now) is not { } at)
            fault = "its timestamp cannot be";
        else if (Text(root, "sessionIdentifier") is var session && Text(root, "disconnectReason") is var reason && Text(root, "ipAddress") is var address
            && (!IsText(session, MaximumText) || !IsText(reason, MaximumText) || !IsText(address, MaximumText)))
            fault = "a text in it is too long or has control characters";
        else
            return new PresenceEvent(
                clientId, connected.Value, version, Kept(session) ?? "", at, connected.Value ? null : Kept(reason), connected.Value ? Kept(address) : null, Principal(root));
        return null;
    }

    // Certificates' ids are all that is of use; what else there is may be longer, and is no fault.
    private static string? Principal(JsonElement root) =>
        Text(root, "principalIdentifier") is { Length: > 0 } principal && IsText(principal, MaximumText) ? Kept(principal) : null;

    // The cloud writes nothing sensitive; somebody who can write to the queue might. An event is worth something without such a text.
    private static string? Kept(string? text) => text is null || (!IsIdentifier(text) && FreeText.IsSensitive(text)) ? null : text;

    // The cloud's own ids may have as many decimal digits in a row as a card number has.
    private static bool IsIdentifier(string text) => text.Length >= ShortestIdentifier && text.All(letter => char.IsAsciiHexDigit(letter) || letter == '-');

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
