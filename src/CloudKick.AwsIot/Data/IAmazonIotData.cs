namespace CloudKick.AwsIot.Data;

/// <summary>AWS IoT's data API: messages, connections. Errors are <see cref="AmazonIotDataException"/>s; <see cref="AwsServiceClient"/> tells what else may be thrown.</summary>
public interface IAmazonIotData : IDisposable
{
    /// <inheritdoc cref="PublishRequest"/>
    Task<PublishResponse> PublishAsync(PublishRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="SendDirectMessageRequest"/>
    Task<SendDirectMessageResponse> SendDirectMessageAsync(SendDirectMessageRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetConnectionRequest"/>
    Task<GetConnectionResponse> GetConnectionAsync(GetConnectionRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="DeleteConnectionRequest"/>
    Task<DeleteConnectionResponse> DeleteConnectionAsync(DeleteConnectionRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ListSubscriptionsRequest"/>
    Task<ListSubscriptionsResponse> ListSubscriptionsAsync(ListSubscriptionsRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="GetRetainedMessageRequest"/>
    Task<GetRetainedMessageResponse> GetRetainedMessageAsync(GetRetainedMessageRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="ListRetainedMessagesRequest"/>
    Task<ListRetainedMessagesResponse> ListRetainedMessagesAsync(ListRetainedMessagesRequest request, CancellationToken cancellationToken = default);
}
