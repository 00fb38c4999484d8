namespace CloudKick.AwsIot.Queues;

/// <summary>SQS: what it takes to read a queue. Errors are <see cref="AmazonSQSException"/>s; <see cref="AwsServiceClient"/> tells what else may be thrown.</summary>
public interface IAmazonSQS : IDisposable
{
    /// <inheritdoc cref="ReceiveMessageRequest"/>
    Task<ReceiveMessageResponse> ReceiveMessageAsync(ReceiveMessageRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DeleteMessageBatchRequest"/>
    Task<DeleteMessageBatchResponse> DeleteMessageBatchAsync(DeleteMessageBatchRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetQueueAttributesRequest"/>
    Task<GetQueueAttributesResponse> GetQueueAttributesAsync(GetQueueAttributesRequest request, CancellationToken cancellationToken = default);
}
