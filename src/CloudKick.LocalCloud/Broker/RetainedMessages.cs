namespace CloudKick.LocalCloud;

/// <summary>
/// The last retained message of each topic. AWS hands them out only to filters without wildcards, so a lookup by exact
/// topic is all there is. Bounded: when full, a new topic is refused. Thread safe.
/// </summary>
internal sealed class RetainedMessages(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, RoutedMessage> _byTopic = [];

    /// <summary>Keeps the message, or deletes the topic's message if the payload is empty.</summary>
    /// <returns>False if there is no room for another topic.</returns>
    public bool TryStore(RoutedMessage message, DateTimeOffset now)
    {
        string topic = message.Message.Topic;
        lock (_gate)
        {
            if (message.Message.Payload.IsEmpty)
            {
                _byTopic.Remove(topic);
                return true;
            }
            if (_byTopic.Count >= capacity && !_byTopic.ContainsKey(topic) && !RemoveExpired(now)) return false;
            _byTopic[topic] = message;
            return true;
        }
    }

    public RoutedMessage? Find(string topic, DateTimeOffset now)
    {
        lock (_gate)
        {
            if (!_byTopic.TryGetValue(topic, out var message)) return null;
            if (!message.IsExpired(now)) return message;
            _byTopic.Remove(topic);
            return null;
        }
    }

    /// <summary>Topics after a given one, in order, with their messages.</summary>
    /// <param name="after">The topic to go on after; empty for the first.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="now">Decides what has expired.</param>
    public IReadOnlyList<RoutedMessage> List(string after, int count, DateTimeOffset now)
    {
        lock (_gate)
        {
            return [.. _byTopic
                .Where(pair => string.CompareOrdinal(pair.Key, after) > 0 && !pair.Value.IsExpired(now))
                .OrderBy(pair => pair.Key, StringComparer.Ordinal).Take(count).Select(pair => pair.Value)];
        }
    }

    private bool RemoveExpired(DateTimeOffset now)
    {
        int before = _byTopic.Count;
        foreach (var (topic, message) in _byTopic)
            if (message.IsExpired(now)) _byTopic.Remove(topic);
        return _byTopic.Count < before;
    }
}
