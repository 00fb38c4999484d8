using System.Net;
using Amazon.Runtime;
using Amazon.Runtime.Internal;

namespace CloudKick.AwsIot.Protocol;

/// <summary>The SDK's retries, except of requests that may have been done already and must not be done twice: <see cref="IUnrepeatable"/>.</summary>
internal static class RetryPolicies
{
    public static RetryPolicy For(IClientConfig config) => config.RetryMode == RequestRetryMode.Adaptive ? new Adaptive(config) : new Standard(config);

    // AWS refuses (4xx, throttling among it) before it does anything.
    private static bool MayBeRepeated(IExecutionContext context, Exception fault) =>
        context.RequestContext.OriginalRequest is not IUnrepeatable
        || fault is AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError };

    private sealed class Standard(IClientConfig config) : StandardRetryPolicy(config)
    {
        public override Task<bool> RetryForExceptionAsync(IExecutionContext executionContext, Exception exception) =>
            MayBeRepeated(executionContext, exception) ? base.RetryForExceptionAsync(executionContext, exception) : Task.FromResult(false);
    }

    private sealed class Adaptive(IClientConfig config) : AdaptiveRetryPolicy(config)
    {
        public override Task<bool> RetryForExceptionAsync(IExecutionContext executionContext, Exception exception) =>
            MayBeRepeated(executionContext, exception) ? base.RetryForExceptionAsync(executionContext, exception) : Task.FromResult(false);
    }
}
