using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Queues;

/// <summary>What a queue is like. Needs <c>sqs:GetQueueAttributes</c>.</summary>
public sealed class GetQueueAttributesRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<GetQueueAttributesRequest, GetQueueAttributesResponse> Operation = new(
        AmazonSQSConfig.Model, "GetQueueAttributes", "POST", "/",
        new Input<GetQueueAttributesRequest>()
            .Body("QueueUrl", r => r.QueueUrl)
            .Body("AttributeNames", r => r.AttributeNames),
        new Output<GetQueueAttributesResponse>()
            .Map("Attributes", (r, value) => r.Attributes = value));

    /// <summary>Required.</summary>
    public string? QueueUrl { get; set; }

    /// <summary>What to tell: <c>ApproximateNumberOfMessages</c>, <c>VisibilityTimeout</c> …, or <c>All</c>. Default: nothing.</summary>
    public List<string>? AttributeNames { get; set; }
}

/// <summary>A queue.</summary>
public sealed class GetQueueAttributesResponse : AmazonWebServiceResponse
{
    /// <summary>What was asked for; numbers as text.</summary>
    public Dictionary<string, string> Attributes { get; set; } = [];
}
