using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Queues;

/// <summary>
/// Receives messages, waiting for some if so asked. Each stays hidden from other receivers for its visibility timeout and comes again unless it is
/// deleted by then. Needs <c>sqs:ReceiveMessage</c>.
/// </summary>
public sealed class ReceiveMessageRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<ReceiveMessageRequest, ReceiveMessageResponse> Operation = new(
        AmazonSQSConfig.Model, "ReceiveMessage", "POST", "/",
        new Input<ReceiveMessageRequest>()
            .Body("QueueUrl", r => r.QueueUrl)
            .Body("AttributeNames", r => r.AttributeNames)
            .Body("MessageSystemAttributeNames", r => r.MessageSystemAttributeNames)
            .Body("MessageAttributeNames", r => r.MessageAttributeNames)
            .Body("MaxNumberOfMessages", r => r.MaxNumberOfMessages)
            .Body("VisibilityTimeout", r => r.VisibilityTimeout)
            .Body("WaitTimeSeconds", r => r.WaitTimeSeconds)
            .Body("ReceiveRequestAttemptId", r => r.ReceiveRequestAttemptId),
        new Output<ReceiveMessageResponse>()
            .List("Messages", Message.Output, (r, value) => r.Messages = value));

    /// <summary>Required.</summary>
    public string? QueueUrl { get; set; }

    /// <summary>The older name of <see cref="MessageSystemAttributeNames"/>.</summary>
    public List<string>? AttributeNames { get; set; }

    /// <summary>What to tell of each message: <c>SentTimestamp</c>, <c>ApproximateReceiveCount</c> …, or <c>All</c>.</summary>
    public List<string>? MessageSystemAttributeNames { get; set; }

    /// <summary>Which attributes of the sender to tell; they are not read here.</summary>
    public List<string>? MessageAttributeNames { get; set; }

    /// <summary>At most, 1 to 10. Default 1.</summary>
    public int? MaxNumberOfMessages { get; set; }

    /// <summary>Seconds for which they are hidden, 0 to 43,200. Default: the queue's.</summary>
    public int? VisibilityTimeout { get; set; }

    /// <summary>Seconds to wait for the first message, 0 to 20. Default: the queue's.</summary>
    public int? WaitTimeSeconds { get; set; }

    /// <summary>Of FIFO queues: makes a repeated receive give the same messages.</summary>
    public string? ReceiveRequestAttemptId { get; set; }
}

/// <summary>What there was.</summary>
public sealed class ReceiveMessageResponse : AmazonWebServiceResponse
{
    /// <summary>Empty when there was none in time.</summary>
    public List<Message> Messages { get; set; } = [];
}

/// <summary>A received message.</summary>
public sealed class Message
{
    internal static readonly Output<Message> Output = new Output<Message>()
        .String("MessageId", (m, value) => m.MessageId = value)
        .String("ReceiptHandle", (m, value) => m.ReceiptHandle = value)
        .String("MD5OfBody", (m, value) => m.MD5OfBody = value)
        .String("Body", (m, value) => m.Body = value)
        .Map("Attributes", (m, value) => m.Attributes = value);

    /// <summary>The same each time it is received.</summary>
    public string? MessageId { get; set; }

    /// <summary>Of this time that it is received; deletes it.</summary>
    public string? ReceiptHandle { get; set; }

    /// <summary>In hexadecimal.</summary>
    public string? MD5OfBody { get; set; }

    /// <summary>What it says.</summary>
    public string? Body { get; set; }

    /// <summary>What was asked for in <see cref="ReceiveMessageRequest.MessageSystemAttributeNames"/>.</summary>
    public Dictionary<string, string> Attributes { get; set; } = [];
}
