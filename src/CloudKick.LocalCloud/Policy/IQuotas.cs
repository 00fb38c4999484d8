namespace CloudKick.LocalCloud;

/// <summary>
/// AWS's rates per connection and account, asked where AWS counts. Called from many threads at once; must not block.
/// </summary>
internal interface IQuotas
{
    /// <summary>CONNECTs per client id and account. False: the connection is refused.</summary>
    bool MayConnect(ClientIdentity client);

    /// <summary>Publishes per connection and account, inbound. False: the message is discarded.</summary>
    bool MayPublish(ClientIdentity client, int payloadBytes);

    /// <summary>Publishes per connection, outbound. False: the message is discarded.</summary>
    bool MayDeliver(ClientIdentity client, int payloadBytes);
}

/// <summary>No rate is limited.</summary>
internal sealed class Unlimited : IQuotas
{
    public bool MayConnect(ClientIdentity client) => true;

    public bool MayPublish(ClientIdentity client, int payloadBytes) => true;

    public bool MayDeliver(ClientIdentity client, int payloadBytes) => true;
}
