using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Data;

/// <summary>Publishes a message to a topic over HTTPS (<c>POST /topics/{topic}</c>). Needs <c>iot:Publish</c>, to retain also <c>iot:RetainPublish</c>.</summary>
public sealed class PublishRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<PublishRequest, PublishResponse> Operation = new(
        AmazonIotDataConfig.Model, "Publish", "POST", "/topics/{topic}",
        new Input<PublishRequest>()
            .Path("topic", r => r.Topic)
            .Query("qos", r => r.Qos)
            .Query("retain", r => r.Retain)
            .Query("contentType", r => r.ContentType)
            .Query("responseTopic", r => r.ResponseTopic)
            .Query("messageExpiry", r => r.MessageExpiry)
            .Header("userProperties", "x-amz-mqtt5-user-properties", r => MqttHeaders.Encode(r.UserProperties))
            .Header("payloadFormatIndicator", "x-amz-mqtt5-payload-format-indicator", r => r.PayloadFormatIndicator)
            .Header("correlationData", "x-amz-mqtt5-correlation-data", r => r.CorrelationData)
            .Payload("payload", r => r.Payload),
        new());

    /// <summary>Required.</summary>
    public string? Topic { get; set; }

    /// <summary>0 or 1. Default 0.</summary>
    public int? Qos { get; set; }

    /// <summary>Whether the broker keeps the message for later subscribers.</summary>
    public bool? Retain { get; set; }

    /// <summary>At most 128 KB, from the stream's position. Default empty. Not disposed.</summary>
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

    /// <summary>Seconds until the message is stale, 1 to 604,800; default: never.</summary>
    public long? MessageExpiry { get; set; }
}

/// <summary>AWS has the message. That is no word on whether anybody got it.</summary>
public sealed class PublishResponse : AmazonWebServiceResponse;
