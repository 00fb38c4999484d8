namespace CloudKick.LocalCloud;

/// <summary>GetConnection, DeleteConnection and ListSubscriptions of AWS's data endpoint.</summary>
internal sealed class ConnectionOperations(Broker broker, ApiGate gate)
{
    // AWS: "By default, this is set to 20."
    private const int DefaultPage = 20;
    private const int MaximumPage = 200;

    public IEnumerable<ApiOperation> Operations =>
    [
        new("GET", "/connections/{clientId}", ApiPlane.Data, GetConnectionAsync),
        new("DELETE", "/connections/{clientId}", ApiPlane.Data, DeleteConnectionAsync),
        new("GET", "/connections/{clientId}/subscriptions", ApiPlane.Data, ListSubscriptionsAsync),
    ];

    private Task GetConnectionAsync(ApiCall call)
    {
        string clientId = Authorized(call, "iot:GetConnection");
        bool sockets = call.QueryFlag("includeSocketInformation");
        if (broker.FindRecord(clientId) is not { } record) throw NotFound(clientId);

        bool connected = record.DisconnectedAt is null;
        var body = new ConnectionBody(clientId, connected)
        {
            ThingName = record.ThingName,
            CleanSession = record.CleanSession,
            KeepAliveDuration = (int)record.KeepAlive.TotalSeconds,
            SessionExpiry = (long)record.SessionExpiry.TotalSeconds,
            ConnectedSince = connected ? record.ConnectedAt.ToUnixTimeMilliseconds() : null,
            DisconnectedSince = record.DisconnectedAt?.ToUnixTimeMilliseconds(),
            DisconnectReason = record.DisconnectReason,
            SourceIp = sockets ? record.Source?.Address.ToString() : null,
            SourcePort = sockets ? record.Source?.Port : null,
            TargetIp = sockets ? record.Target?.Address.ToString() : null,
            TargetPort = sockets ? record.Target?.Port : null,
        };
        return call.AnswerAsync(body, ApiJson.Default.ConnectionBody);
    }

    private Task DeleteConnectionAsync(ApiCall call)
    {
        string clientId = Authorized(call, "iot:DeleteConnection");
        bool deleted = broker.DeleteConnection(clientId, endSession: call.QueryFlag("cleanSession"), withholdWill: call.QueryFlag("preventWillMessage"));
        return deleted ? call.AnswerAsync() : throw NotFound(clientId);
    }

    private Task ListSubscriptionsAsync(ApiCall call)
    {
        string clientId = Authorized(call, "iot:ListSubscriptions");
        int count = call.QueryNumber("maxResults", 1, MaximumPage) ?? DefaultPage;
        string after = PageToken.Read(call.Query("nextToken"));
        if (broker.FindSession(clientId) is not { } session) throw NotFound(clientId);

        var rest = session.Subscriptions().Where(subscription => string.CompareOrdinal(subscription.Filter, after) > 0).Take(count + 1).ToArray();
        var page = rest.Take(count).Select(subscription => new SubscriptionSummary(subscription.Filter, (int)subscription.QualityOfService)).ToArray();
        return call.AnswerAsync(
            new SubscriptionPage(page, rest.Length > count ? PageToken.After(page[^1].TopicFilter) : null), ApiJson.Default.SubscriptionPage);
    }

    private string Authorized(ApiCall call, string action)
    {
        string clientId = call.Path("clientId");
        if (clientId.StartsWith('$')) throw new ApiException(ApiError.InvalidRequest("A client id does not start with $."));
        gate.Demand(call, action, $"client/{clientId}");
        return clientId;
    }

    private static ApiException NotFound(string clientId) => new(ApiError.NotFound($"Client {clientId} is not connected."));
}
