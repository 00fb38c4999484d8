using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Data;

/// <summary>
/// A page of what a client has subscribed to (<c>GET /connections/{clientId}/subscriptions</c>), also while its persistent session is offline. Needs
/// <c>iot:ListSubscriptions</c>.
/// </summary>
public sealed class ListSubscriptionsRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<ListSubscriptionsRequest, ListSubscriptionsResponse> Operation = new(
        AmazonIotDataConfig.Model, "ListSubscriptions", "GET", "/connections/{clientId}/subscriptions",
        new Input<ListSubscriptionsRequest>()
            .Path("clientId", r => r.ClientId)
            .Query("nextToken", r => r.NextToken)
            .Query("maxResults", r => r.MaxResults),
        new Output<ListSubscriptionsResponse>()
            .List("subscriptions", SubscriptionSummary.Output, (r, value) => r.Subscriptions = value)
            .String("nextToken", (r, value) => r.NextToken = value));

    /// <summary>Required: the MQTT client id.</summary>
    public string? ClientId { get; set; }

    /// <summary>From the page before; null: the first page.</summary>
    public string? NextToken { get; set; }

    /// <summary>Subscriptions on a page. Default 20.</summary>
    public int? MaxResults { get; set; }
}

/// <summary>A page of subscriptions.</summary>
public sealed class ListSubscriptionsResponse : AmazonWebServiceResponse
{
    /// <summary>In AWS's order.</summary>
    public List<SubscriptionSummary> Subscriptions { get; set; } = [];

    /// <summary>For the next page; null: there is none.</summary>
    public string? NextToken { get; set; }
}

/// <summary>A subscription.</summary>
public sealed class SubscriptionSummary
{
    internal static readonly Output<SubscriptionSummary> Output = new Output<SubscriptionSummary>()
        .String("topicFilter", (s, value) => s.TopicFilter = value)
        .Integer("qos", (s, value) => s.Qos = value);

    /// <summary>What is subscribed to.</summary>
    public string? TopicFilter { get; set; }

    /// <summary>0 or 1.</summary>
    public int? Qos { get; set; }
}
