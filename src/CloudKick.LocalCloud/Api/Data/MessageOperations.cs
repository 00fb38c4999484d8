using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>Publish and SendDirectMessage of AWS's data endpoint.</summary>
internal sealed class MessageOperations(Broker broker, ApiGate gate, TimeProvider timeProvider)
{
    // AWS: "timeout", 1 to 15 seconds.
    private const int DefaultTimeoutSeconds = 5;
    private const int MaximumTimeoutSeconds = 15;

    public IEnumerable<ApiOperation> Operations =>
    [
        new("POST", "/topics/{topic+}", ApiPlane.Data, PublishAsync),
        new("POST", "/connections/{clientId}/messages", ApiPlane.Data, SendDirectMessageAsync),
    ];

    private async Task PublishAsync(ApiCall call)
    {
        string topic = call.Path("topic");
        var message = MessageRequest.Read(call, topic, broker.Limits) with
        {
            QualityOfService = (MqttQualityOfService)(call.QueryNumber("qos", 0, 1) ?? 0),
            Retain = call.QueryFlag("retain"),
            MessageExpiryInterval = (uint?)call.QueryNumber("messageExpiry", 0, int.MaxValue),
        };
        gate.Demand(call, "iot:Publish", $"topic/{topic}");
        if (message.Retain) gate.Demand(call, "iot:RetainPublish", $"topic/{topic}");

        if (!broker.Quotas.MayPublish()) throw call.Throttled();
        await WithFaultsAsync(call, () =>
        {
            // A message over HTTPS has no client id.
            if (Refusal(call, broker.Publish("", message)) is { } refusal) throw refusal;
            return Task.CompletedTask;
        });
    }

    private async Task SendDirectMessageAsync(ApiCall call)
    {
        string clientId = call.Path("clientId");
        string topic = call.Query("topic") ?? throw new ApiException(ApiError.InvalidRequest("topic is required."));
        bool confirmation = call.QueryFlag("confirmation");
        int seconds = (confirmation ? call.QueryNumber("timeout", 1, MaximumTimeoutSeconds) : null) ?? DefaultTimeoutSeconds;
        var message = MessageRequest.Read(call, topic, broker.Limits) with
        {
            QualityOfService = confirmation ? MqttQualityOfService.AtLeastOnce : MqttQualityOfService.AtMostOnce,
        };
        gate.Demand(call, "iot:SendDirectMessage", $"client/{clientId}", new Dictionary<string, string> { ["iot:Topic"] = topic });

        await WithFaultsAsync(call, async () =>
        {
            var direct = new DirectMessage();
            var outcome = await WaitAsync(broker.SendDirectAsync(clientId, message, direct), direct, TimeSpan.FromSeconds(seconds), call.Aborted);
            if (Refusal(call, clientId, topic, outcome, confirmation) is { } refusal) throw refusal;
        });
    }

    /// <summary>Sends and answers, unless a fault is ordered for the caller.</summary>
    private async Task WithFaultsAsync(ApiCall call, Func<Task> send)
    {
        var fault = broker.Faults.StrikePublish(call.Caller.ThingName);
        if (fault?.Kind is CloudFaultKind.Refuse or CloudFaultKind.Discard) broker.Counters.Refused();
        if (fault?.Kind == CloudFaultKind.Refuse) throw Refusal(call, fault.ReasonCode ?? CloudFault.DefaultReason)!;

        if (fault?.Kind != CloudFaultKind.Discard) await send();
        if (fault?.Kind is CloudFaultKind.Discard or CloudFaultKind.Drop)
        {
            call.Context.Abort();
            return;
        }
        if (fault?.Delay is { } delay) await Task.Delay(delay, timeProvider, call.Aborted);
        await call.AnswerAsync(new ApiOutcome("OK", call.RequestId), ApiJson.Default.ApiOutcome);
    }

    private async Task<DirectOutcome> WaitAsync(Task<DirectOutcome> outcome, DirectMessage direct, TimeSpan timeout, CancellationToken aborted)
    {
        try
        {
            return await outcome.WaitAsync(timeout, timeProvider, aborted);
        }
        catch (TimeoutException)
        {
            direct.Abandon();
            return await outcome;
        }
        catch (OperationCanceledException)
        {
            direct.Abandon();
            throw;
        }
    }

    private ApiException? Refusal(ApiCall call, string clientId, string topic, DirectOutcome outcome, bool confirmation) => outcome switch
    {
        DirectOutcome.Dispatched or DirectOutcome.Acknowledged => null,
        DirectOutcome.Unconfirmed => confirmation ? new(ApiError.GatewayTimeout("The delivery confirmation was not received from the client within the specified timeout period.")) : null,
        DirectOutcome.NotConnected when broker.FindSession(clientId) is not null => new(ApiError.NotFound($"Client {clientId} is not connected; it has a persistent session.")),
        DirectOutcome.NotConnected => new(ApiError.NotFound($"Client {clientId} is not connected.")),
        DirectOutcome.NotAuthorized => new(ApiError.Forbidden with { Message = $"Client {clientId} is not authorized to receive on topic {topic}." }),
        DirectOutcome.Throttled => call.Throttled(),
        _ => new(ApiError.TooLarge($"The message is longer than client {clientId} takes.")),
    };

    private static ApiException? Refusal(ApiCall call, MqttReasonCode code) => code switch
    {
        MqttReasonCode.Success => null,
        MqttReasonCode.QuotaExceeded => call.Throttled(),
        MqttReasonCode.NotAuthorized => new(ApiError.Forbidden),
        _ => new(ApiError.InternalFailure()),
    };
}
