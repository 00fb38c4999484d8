using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>One session's subscription to one filter. Replaced as a whole when the client subscribes to the filter again.</summary>
internal sealed class Subscription(Session session, string? group, string filter, MqttSubscription options)
{
    public Session Session { get; } = session;

    /// <summary>The name in <c>$share/name/filter</c>; null for a subscription of one's own.</summary>
    public string? Group { get; } = group;

    /// <summary>The filter without <c>$share/name/</c>.</summary>
    public string Filter { get; } = filter;

    public MqttQualityOfService QualityOfService { get; } = options.MaximumQualityOfService;

    public bool NoLocal { get; } = options.NoLocal;

    public bool RetainAsPublished { get; } = options.RetainAsPublished;
}
