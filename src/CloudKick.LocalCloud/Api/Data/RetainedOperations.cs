namespace CloudKick.LocalCloud;

/// <summary>GetRetainedMessage and ListRetainedMessages of AWS's data endpoint.</summary>
internal sealed class RetainedOperations(Broker broker, ApiGate gate)
{
    // AWS: "maxResults", 1 to 200.
    private const int MaximumPage = 200;

    public IEnumerable<ApiOperation> Operations =>
    [
        new("GET", "/retainedMessage", ApiPlane.Data, ListAsync),
        new("GET", "/retainedMessage/{topic+}", ApiPlane.Data, GetAsync),
    ];

    private Task GetAsync(ApiCall call)
    {
        string topic = call.Path("topic");
        gate.Demand(call, "iot:GetRetainedMessage", $"topic/{topic}");
        if (broker.Router.Retained.Find(topic, broker.Now) is not { } retained)
            throw new ApiException(ApiError.NotFound($"Topic {topic} has no retained message."));

        var message = retained.Message;
        return call.AnswerAsync(
            new RetainedMessageBody(
                topic, message.Payload.ToArray(), (int)message.QualityOfService, retained.AcceptedAt.ToUnixTimeMilliseconds(),
                MessageRequest.Write(message.UserProperties)),
            ApiJson.Default.RetainedMessageBody);
    }

    private Task ListAsync(ApiCall call)
    {
        gate.Demand(call, "iot:ListRetainedMessages", "*");
        int count = call.QueryNumber("maxResults", 1, MaximumPage) ?? MaximumPage;
        var rest = broker.Router.Retained.List(PageToken.Read(call.Query("nextToken")), count + 1, broker.Now);
        var page = rest.Take(count).Select(Summary).ToArray();
        return call.AnswerAsync(new RetainedTopics(page, rest.Count > count ? PageToken.After(page[^1].Topic) : null), ApiJson.Default.RetainedTopics);
    }

    private static RetainedTopic Summary(RoutedMessage retained) => new(
        retained.Message.Topic, retained.Message.Payload.Length, (int)retained.Message.QualityOfService, retained.AcceptedAt.ToUnixTimeMilliseconds());
}
