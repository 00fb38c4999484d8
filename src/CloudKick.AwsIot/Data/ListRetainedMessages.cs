using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Data;

/// <summary>A page of the account's retained messages, without what they say (<c>GET /retainedMessage</c>). Needs <c>iot:ListRetainedMessages</c>.</summary>
public sealed class ListRetainedMessagesRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<ListRetainedMessagesRequest, ListRetainedMessagesResponse> Operation = new(
        AmazonIotDataConfig.Model, "ListRetainedMessages", "GET", "/retainedMessage",
        new Input<ListRetainedMessagesRequest>()
            .Query("nextToken", r => r.NextToken)
            .Query("maxResults", r => r.MaxResults),
        new Output<ListRetainedMessagesResponse>()
            .List("retainedTopics", RetainedMessageSummary.Output, (r, value) => r.RetainedTopics = value)
            .String("nextToken", (r, value) => r.NextToken = value));

    /// <summary>From the page before; null: the first page.</summary>
    public string? NextToken { get; set; }

    /// <summary>Messages on a page, 1 to 200.</summary>
    public int? MaxResults { get; set; }
}

/// <summary>A page of retained messages.</summary>
public sealed class ListRetainedMessagesResponse : AmazonWebServiceResponse
{
    /// <summary>In AWS's order.</summary>
    public List<RetainedMessageSummary> RetainedTopics { get; set; } = [];

    /// <summary>For the next page; null: there is none.</summary>
    public string? NextToken { get; set; }
}

/// <summary>A retained message, in short.</summary>
public sealed class RetainedMessageSummary
{
    internal static readonly Output<RetainedMessageSummary> Output = new Output<RetainedMessageSummary>()
        .String("topic", (s, value) => s.Topic = value)
        .Long("payloadSize", (s, value) => s.PayloadSize = value)
        .Integer("qos", (s, value) => s.Qos = value)
        .Long("lastModifiedTime", (s, value) => s.LastModifiedTime = value);

    /// <summary>Where it is retained.</summary>
    public string? Topic { get; set; }

    /// <summary>Its size in bytes.</summary>
    public long? PayloadSize { get; set; }

    /// <summary>0 or 1.</summary>
    public int? Qos { get; set; }

    /// <summary>Since when it is there, in milliseconds since 1970.</summary>
    public long? LastModifiedTime { get; set; }
}
