using Amazon.Runtime;
using Amazon.Runtime.Internal;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot;

/// <summary>A client of one AWS service on the SDK's pipeline: credentials, signatures, endpoints, retries, clock-skew correction. Thread-safe.</summary>
/// <remarks>
/// Calls end with the answer, an <see cref="AmazonServiceException"/> (AWS said no; leaves by AWS's names), an
/// <see cref="HttpRequestException"/>, <see cref="IOException"/> or <see cref="TimeoutException"/> (no answer: what was asked may have been done), an
/// <see cref="AmazonClientException"/> (nothing was sent: settings, credentials), an <see cref="ArgumentException"/> (a required member is missing) or
/// an <see cref="OperationCanceledException"/> (the caller's token).
/// </remarks>
public abstract class AwsServiceClient : AmazonServiceClient
{
    private protected AwsServiceClient(AWSCredentials? credentials, AwsServiceConfig config)
        : base(credentials, config)
    {
    }

    /// <inheritdoc/>
    protected override IServiceMetadata ServiceMetadata => ((AwsServiceConfig)Config).Service;

    /// <inheritdoc/>
    protected override void CustomizeRuntimePipeline(RuntimePipeline pipeline)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        pipeline.RemoveHandler<Amazon.Runtime.Internal.EndpointResolver>();
        pipeline.AddHandlerAfter<Marshaller>(new Protocol.EndpointResolver());
        pipeline.AddHandlerAfter<Marshaller>(new AuthSchemes());
        pipeline.ReplaceHandler<RetryHandler>(new RetryHandler(RetryPolicies.For(Config)));
    }

    private protected Task<TResponse> InvokeAsync<TRequest, TResponse>(Operation<TRequest, TResponse> operation, TRequest request, CancellationToken cancellationToken)
        where TRequest : AmazonWebServiceRequest
        where TResponse : AmazonWebServiceResponse, new()
    {
        ArgumentNullException.ThrowIfNull(request);
        return InvokeAsync<TResponse>(request, operation.Options, cancellationToken);
    }
}
