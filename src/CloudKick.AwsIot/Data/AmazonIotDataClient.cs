using Amazon.Runtime;

namespace CloudKick.AwsIot.Data;

/// <summary>Client of AWS IoT's data API. Thread-safe; one serves a whole process.</summary>
public class AmazonIotDataClient : AwsServiceClient, IAmazonIotData
{
    /// <summary>With the client certificate of <paramref name="config"/>, or else the credentials of the SDK's chain.</summary>
    public AmazonIotDataClient(AmazonIotDataConfig config)
        : base(null, config)
    {
    }

    /// <summary>With these credentials, unless <paramref name="config"/> has a client certificate.</summary>
    public AmazonIotDataClient(AWSCredentials credentials, AmazonIotDataConfig config)
        : base(credentials, config)
    {
    }

    /// <inheritdoc/>
    public virtual Task<PublishResponse> PublishAsync(PublishRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(PublishRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<SendDirectMessageResponse> SendDirectMessageAsync(SendDirectMessageRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(SendDirectMessageRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<GetConnectionResponse> GetConnectionAsync(GetConnectionRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(GetConnectionRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<DeleteConnectionResponse> DeleteConnectionAsync(DeleteConnectionRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(DeleteConnectionRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ListSubscriptionsResponse> ListSubscriptionsAsync(ListSubscriptionsRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(ListSubscriptionsRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<GetRetainedMessageResponse> GetRetainedMessageAsync(GetRetainedMessageRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(GetRetainedMessageRequest.Operation, request, cancellationToken);

    /// <inheritdoc/>
    public virtual Task<ListRetainedMessagesResponse> ListRetainedMessagesAsync(ListRetainedMessagesRequest request, CancellationToken cancellationToken = default) =>
        InvokeAsync(ListRetainedMessagesRequest.Operation, request, cancellationToken);
}
