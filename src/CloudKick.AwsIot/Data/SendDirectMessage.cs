using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Data;

/// <summary>
/// Sends a message to one connected client, whatever it has subscribed to (<c>POST /connections/{clientId}/messages</c>). Never stored or retained. Needs
/// <c>iot:SendDirectMessage</c> on the client, which needs <c>iot:Receive</c> on the topic.
/// </summary>
public sealed class SendDirectMessageRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<SendDirectMessageRequest, SendDirectMessageResponse> Operation = new(
        AmazonIotDataConfig.Model, "SendDirectMessage", "POST", "/connections/{clientId}/messages",
        new Input<SendDirectMessageRequest>()
            .Path("clientId", r => r.ClientId)
            .Query("topic", r => r.Topic)
            .Query("contentType", r => r.ContentType)
            .Query("responseTopic", r => r.ResponseTopic)
            .Query("confirmation", r => r.Confirmation)
            .Query("timeout", r => r.Timeout)
            .Header("userProperties", "x-amz-mqtt5-user-properties", r => MqttHeaders.Encode(r.UserProperties))
            .Header("payloadFormatIndicator", "x-amz-mqtt5-payload-format-indicator", r => r.PayloadFormatIndicator)
            .Header("correlationData", "x-amz-mqtt5-correlation-data", r => r.CorrelationData)
            .Payload("payload", r => r.Payload),
        new Output<SendDirectMessageResponse>()
            .String("message", (r, value) => r.Message = value)
            .String("traceId", (r, value) => r.TraceId = value));

    /// <summary>Required: the MQTT client id of the receiver.</summary>
    public string? ClientId { get; set; }

    /// <summary>Required: the topic that the receiver sees. Not one of those that begin with <c>$</c>.</summary>
    public string? Topic { get; set; }

    /// <summary>
    /// True: sent with QoS 1, and answered when the receiver has acknowledged it. Default false: QoS 0, answered when it is on its way.
    /// </summary>
    public bool? Confirmation { get; set; }

    /// <summary>Seconds to wait for the receiver's acknowledgement, 1 to 15. Default 5.</summary>
    public int? Timeout { get; set; }

    /// <summary>From the stream's position. Default empty. Not disposed.</summary>
    public MemoryStream? Payload { get; set; }

    /// <summary>A JSON array of objects with one name and value each: <c>[{"traceparent":"00-…"}]</c>. Encoded here.</summary>
    public string? UserProperties { get; set; }

    /// <summary>What the payload is.</summary>
    public PayloadFormatIndicator? PayloadFormatIndicator { get; set; }

    /// <summary>The payload's media type.</summary>
    public string? ContentType { get; set; }

    /// <summary>Where an answer is expected.</summary>
    public string? ResponseTopic { get; set; }

    /// <summary>In base64: by what the answer is known.</summary>
    public string? CorrelationData { get; set; }
}

/// <summary>The receiver acknowledged the message; or, without confirmation, it is on its way.</summary>
public sealed class SendDirectMessageResponse : AmazonWebServiceResponse
{
    /// <summary>What AWS says about it.</summary>
    public string? Message { get; set; }

    /// <summary>To find it in AWS's logs.</summary>
    public string? TraceId { get; set; }
}
