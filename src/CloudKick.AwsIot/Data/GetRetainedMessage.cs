using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Data;

/// <summary>The message that a topic retains (<c>GET /retainedMessage/{topic}</c>). Needs <c>iot:GetRetainedMessage</c>.</summary>
public sealed class GetRetainedMessageRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<GetRetainedMessageRequest, GetRetainedMessageResponse> Operation = new(
        AmazonIotDataConfig.Model, "GetRetainedMessage", "GET", "/retainedMessage/{topic}",
        new Input<GetRetainedMessageRequest>()
            .Path("topic", r => r.Topic),
        new Output<GetRetainedMessageResponse>()
            .String("topic", (r, value) => r.Topic = value)
            .Blob("payload", (r, value) => r.Payload = value)
            .Integer("qos", (r, value) => r.Qos = value)
            .Long("lastModifiedTime", (r, value) => r.LastModifiedTime = value)
            .Blob("userProperties", (r, value) => r.UserProperties = value));

    /// <summary>Required.</summary>
    public string? Topic { get; set; }
}

/// <summary>A retained message.</summary>
public sealed class GetRetainedMessageResponse : AmazonWebServiceResponse
{
    /// <summary>Where it is retained.</summary>
    public string? Topic { get; set; }

    /// <summary>What it says.</summary>
    public MemoryStream? Payload { get; set; }

    /// <summary>The QoS that it was published with, 0 or 1.</summary>
    public int? Qos { get; set; }

    /// <summary>Since when it is there, in milliseconds since 1970.</summary>
    public long? LastModifiedTime { get; set; }

    /// <summary>Its user properties, a JSON array of objects with one name and value each; null: it has none.</summary>
    public MemoryStream? UserProperties { get; set; }
}
