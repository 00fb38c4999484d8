namespace CloudKick.LocalCloud;

/// <summary>
/// The rules that stand where AWS would evaluate policy documents. The relay (the thing <c>relay</c>) uses client ids
/// <c>relay-…</c> and every topic. A terminal uses its thing name as client id; it may subscribe to its own topics
/// (<c>…/NAME</c>) and to a topic that a management system's terminals share (<c>NL-CAT</c>), never by wildcard; and it may
/// publish only beneath a topic of its own (<c>…/NAME/ack</c>) and answers on a shared one (<c>NL-CAT/ack</c>).
/// </summary>
internal sealed class FixedRules : IAuthorization
{
    private const string RelayClientIdPrefix = "relay-";
    private const string AnswerLevel = "ack";

    public bool MayConnect(ClientIdentity client) => IsRelay(client)
        ? client.ClientId.StartsWith(RelayClientIdPrefix, StringComparison.Ordinal)
        : client.ClientId == client.ThingName;

    public bool MayPublish(ClientIdentity client, string topic, bool retain)
    {
        if (IsRelay(client)) return true;

        string[] levels = topic.Split('/');
        bool beneathOwn = levels.AsSpan(..^1).Contains(client.ThingName);
        return beneathOwn || levels is [_, AnswerLevel];
    }

    public bool MaySubscribe(ClientIdentity client, string topicFilter)
    {
        if (IsRelay(client)) return true;
        if (topicFilter.AsSpan().ContainsAny('+', '#')) return false;

        string[] levels = topicFilter.Split('/');
        return levels.Length == 1 || levels[^1] == client.ThingName;
    }

    public bool MayReceive(ClientIdentity client, string topic) => IsRelay(client) || MaySubscribe(client, topic);

    private static bool IsRelay(ClientIdentity client) => client.ThingName == ThingName.Relay;
}
