using Amazon.Runtime;

namespace CloudKick.AwsIot.Queues;

/// <summary>Client of SQS, for reading queues (AWS JSON 1.0). Thread-safe; one serves a whole process.</summary>
public class AmazonSQSClient : AwsServiceClient, IAmazonSQS
{
    /// <summary>With the credentials of the SDK's chain.</summary>
    public AmazonSQSClient(AmazonSQSConfig config)
        : base(null, config)
    {
    }

    /// <summary>With these credentials.</summary>
    public AmazonSQSClient(AWSCredentials credentials, AmazonSQSConfig config)
        : base(credentials, config)
    {
    }

    /// <inheritdoc/>
    public virtual Task<ReceiveMessageResponse> ReceiveMessageAsync(ReceiveMessageRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(ReceiveMessageRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<DeleteMessageBatchResponse> DeleteMessageBatchAsync(DeleteMessageBatchRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DeleteMessageBatchRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<GetQueueAttributesResponse> GetQueueAttributesAsync(GetQueueAttributesRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(GetQueueAttributesRequest.Operation, request, cancellationToken);
}
