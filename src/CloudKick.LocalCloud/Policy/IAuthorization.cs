namespace CloudKick.LocalCloud;

/// <summary>
/// What a client may do, asked where AWS evaluates IoT policies: at every CONNECT, PUBLISH and SUBSCRIBE, and at every
/// delivery. Called from many threads at once; must not block.
/// </summary>
internal interface IAuthorization
{
    /// <summary><c>iot:Connect</c> on <c>client/ID</c>.</summary>
    bool MayConnect(ClientIdentity client);

    /// <summary><c>iot:Publish</c> and, when retained, <c>iot:RetainPublish</c> on <c>topic/NAME</c>.</summary>
    bool MayPublish(ClientIdentity client, string topic, bool retain);

    /// <summary><c>iot:Subscribe</c> on <c>topicfilter/FILTER</c>, without a <c>$share/group/</c> in front.</summary>
    bool MaySubscribe(ClientIdentity client, string topicFilter);

    /// <summary><c>iot:Receive</c> on <c>topic/NAME</c>.</summary>
    bool MayReceive(ClientIdentity client, string topic);
}
