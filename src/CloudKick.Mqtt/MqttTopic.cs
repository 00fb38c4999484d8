using System.Text;

namespace CloudKick.Mqtt;

/// <summary>Topic names and topic filters (MQTT 5.0 §4.7). Stateless and thread safe.</summary>
public static class MqttTopic
{
    /// <summary>Start of a shared subscription's filter: <c>$share/{group}/{filter}</c> (§4.8.2).</summary>
    public const string SharedPrefix = "$share/";

    private const int MaximumBytes = ushort.MaxValue;

    /// <summary>Why a text cannot be a topic name, in words; null when it can.</summary>
    public static string? ValidateName(ReadOnlySpan<char> name) =>
        ValidateText(name) ?? (name.ContainsAny('+', '#') ? "A topic name contains no wildcard '+' or '#' (MQTT-3.3.2-2)." : null);

    /// <summary>Why a text cannot be a topic filter, in words; null when it can. Shared subscriptions are filters too.</summary>
    public static string? ValidateFilter(ReadOnlySpan<char> filter)
    {
        if (ValidateText(filter) is { } fault)
            return fault;
        if (filter.StartsWith(SharedPrefix))
        {
            var rest = filter[SharedPrefix.Length..];
            var slash = rest.IndexOf('/');
            if (slash < 1 || rest[..slash].ContainsAny('+', '#'))
                return "A shared subscription names its group, without wildcards: $share/{group}/{filter} (MQTT-4.8.2-1, MQTT-4.8.2-2).";
            filter = rest[(slash + 1)..];
            if (filter.IsEmpty)
                return "A shared subscription has a topic filter after its group (MQTT-4.8.2-2).";
        }
        return ValidateWildcards(filter);
    }

    /// <summary>
    /// Whether a topic name matches a valid filter. A filter that starts with a wildcard matches no topic that starts with <c>$</c>
    /// (MQTT-4.7.2-1); <c>a/#</c> matches <c>a</c> itself (§4.7.1.2). For a shared subscription give its inner filter.
    /// </summary>
    public static bool Matches(ReadOnlySpan<char> filter, ReadOnlySpan<char> topic)
    {
        if (topic is ['$', ..] && filter is ['+' or '#', ..])
            return false;
        while (true)
        {
            if (filter is "#")
                return true;
            var filterEnd = filter.IndexOf('/');
            var topicEnd = topic.IndexOf('/');
            var filterLevel = filterEnd < 0 ? filter : filter[..filterEnd];
            var topicLevel = topicEnd < 0 ? topic : topic[..topicEnd];
            if (filterLevel is not "+" && !filterLevel.SequenceEqual(topicLevel))
                return false;
            if (topicEnd < 0)
                return filterEnd < 0 || filter[(filterEnd + 1)..] is "#";
            if (filterEnd < 0)
                return false;
            filter = filter[(filterEnd + 1)..];
            topic = topic[(topicEnd + 1)..];
        }
    }

    private static string? ValidateText(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return "A topic has at least one character (MQTT-4.7.3-1).";
        if (text.Contains('\0'))
            return "A topic contains no U+0000 (MQTT-4.7.3-2).";
        return text.Length > MaximumBytes / 3 && Encoding.UTF8.GetByteCount(text) > MaximumBytes
            ? "A topic is at most 65,535 bytes of UTF-8 (MQTT-4.7.3-3)."
            : null;
    }

    private static string? ValidateWildcards(ReadOnlySpan<char> filter)
    {
        foreach (var range in filter.Split('/'))
        {
            var level = filter[range];
            if (level.Contains('#') && (level.Length > 1 || range.End.GetOffset(filter.Length) != filter.Length))
                return "'#' stands alone in the last level (MQTT-4.7.1-1).";
            if (level.Contains('+') && level.Length > 1)
                return "'+' stands alone in its level (MQTT-4.7.1-2).";
        }
        return null;
    }
}
