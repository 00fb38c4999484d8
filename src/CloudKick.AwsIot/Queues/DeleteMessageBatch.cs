using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Queues;

/// <summary>Deletes up to ten received messages. Each succeeds or fails by itself. Needs <c>sqs:DeleteMessage</c>.</summary>
public sealed class DeleteMessageBatchRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DeleteMessageBatchRequest, DeleteMessageBatchResponse> Operation = new(
        AmazonSQSConfig.Model, "DeleteMessageBatch", "POST", "/",
        new Input<DeleteMessageBatchRequest>()
            .Body("QueueUrl", r => r.QueueUrl)
            .Body("Entries", r => r.Entries, DeleteMessageBatchRequestEntry.Input),
        new Output<DeleteMessageBatchResponse>()
            .List("Successful", DeleteMessageBatchResultEntry.Output, (r, value) => r.Successful = value)
            .List("Failed", BatchResultErrorEntry.Output, (r, value) => r.Failed = value));

    /// <summary>Required.</summary>
    public string? QueueUrl { get; set; }

    /// <summary>1 to 10.</summary>
    public List<DeleteMessageBatchRequestEntry>? Entries { get; set; }
}

/// <summary>A message to delete.</summary>
public sealed class DeleteMessageBatchRequestEntry
{
    internal static readonly Input<DeleteMessageBatchRequestEntry> Input = new Input<DeleteMessageBatchRequestEntry>()
        .Body("Id", e => e.Id)
        .Body("ReceiptHandle", e => e.ReceiptHandle);

    /// <summary>What the answer calls it: letters, digits, hyphens, underscores, at most 80, its own in the batch.</summary>
    public string? Id { get; set; }

    /// <summary>From when it was received.</summary>
    public string? ReceiptHandle { get; set; }
}

/// <summary>Which were deleted.</summary>
public sealed class DeleteMessageBatchResponse : AmazonWebServiceResponse
{
    /// <summary>Those that were.</summary>
    public List<DeleteMessageBatchResultEntry> Successful { get; set; } = [];

    /// <summary>Those that were not.</summary>
    public List<BatchResultErrorEntry> Failed { get; set; } = [];
}

/// <summary>A deleted message.</summary>
public sealed class DeleteMessageBatchResultEntry
{
    internal static readonly Output<DeleteMessageBatchResultEntry> Output = new Output<DeleteMessageBatchResultEntry>()
        .String("Id", (e, value) => e.Id = value);

    /// <summary>As in the request.</summary>
    public string? Id { get; set; }
}

/// <summary>A message that was not deleted.</summary>
public sealed class BatchResultErrorEntry
{
    internal static readonly Output<BatchResultErrorEntry> Output = new Output<BatchResultErrorEntry>()
        .String("Id", (e, value) => e.Id = value)
        .Boolean("SenderFault", (e, value) => e.SenderFault = value)
        .String("Code", (e, value) => e.Code = value)
        .String("Message", (e, value) => e.Message = value);

    /// <summary>As in the request.</summary>
    public string? Id { get; set; }

    /// <summary>Whether the request was at fault.</summary>
    public bool? SenderFault { get; set; }

    /// <summary>AWS's name of the error.</summary>
    public string? Code { get; set; }

    /// <summary>What AWS says about it.</summary>
    public string? Message { get; set; }
}
