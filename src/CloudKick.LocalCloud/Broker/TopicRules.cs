using System.Text;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>AWS's limits on topics and filters, on top of the standard's grammar.</summary>
internal static class TopicRules
{
    private const string SharePrefix = "$share/";

    // AWS IoT Core developer guide, MQTT 5 shared subscriptions: a share name has up to 128 characters.
    private const int MaximumShareNameLength = 128;

    /// <summary>Why a client may not publish to this topic; null if it may.</summary>
    public static string? FaultInName(string topic, BrokerLimits limits) =>
        MqttTopic.ValidateName(topic) ?? FaultInSize(topic, limits);

    /// <summary>Why a filter (without <c>$share/group/</c>) is refused; null if it is not.</summary>
    public static string? FaultInFilter(string filter, BrokerLimits limits) =>
        MqttTopic.ValidateFilter(filter) ?? FaultInSize(filter, limits);

    /// <summary>Topics that start with <c>$</c> are the broker's own; clients publish to them only what provisioning takes.</summary>
    public static bool IsReserved(ReadOnlySpan<char> topic) => topic.StartsWith('$');

    /// <summary>Of the reserved topics only the broker's own events and provisioning's answers can be subscribed to.</summary>
    public static bool IsUnsupportedReservedFilter(ReadOnlySpan<char> filter)
    {
        if (!IsReserved(filter)) return false;
        foreach (string prefix in (ReadOnlySpan<string>)["$aws/events/", "$aws/certificates/", "$aws/provisioning-templates/"])
            if (filter.StartsWith(prefix, StringComparison.Ordinal)) return false;
        return true;
    }

    public static bool HasWildcard(ReadOnlySpan<char> filter) => filter.ContainsAny('+', '#');

    /// <summary>Splits <c>$share/group/filter</c>. For any other filter <paramref name="group"/> is null.</summary>
    /// <returns>False if it starts with <c>$share/</c> but is not a well-formed shared filter.</returns>
    public static bool TrySplitShared(string filter, out string? group, out string innerFilter)
    {
        group = null;
        innerFilter = filter;
        if (!filter.StartsWith(SharePrefix, StringComparison.Ordinal)) return true;

        int slash = filter.IndexOf('/', SharePrefix.Length);
        if (slash < 0 || slash == filter.Length - 1) return false;

        group = filter[SharePrefix.Length..slash];
        innerFilter = filter[(slash + 1)..];
        return group.Length is > 0 and <= MaximumShareNameLength && !HasWildcard(group);
    }

    private static string? FaultInSize(string topic, BrokerLimits limits)
    {
        if (Encoding.UTF8.GetByteCount(topic) > limits.MaximumTopicBytes) return $"longer than {limits.MaximumTopicBytes} bytes";
        if (topic.AsSpan().Count('/') > limits.MaximumTopicSlashes) return $"more than {limits.MaximumTopicSlashes} slashes";
        return null;
    }
}
