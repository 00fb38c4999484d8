using System.Net;
using Amazon.Runtime;
using CloudKick.Relay.Problems;

namespace CloudKick.Relay.Cloud;

/// <summary>What an operator is told of a failed call, with what to do. AWS's own text goes to the log only.</summary>
internal static class CloudProblems
{
    private static readonly TimeSpan PauseAfterThrottling = TimeSpan.FromSeconds(2);

    private static readonly HashSet<string> OfCredentials = new(StringComparer.Ordinal)
    {
        "UnrecognizedClientException", "InvalidClientTokenId", "InvalidSignatureException", "SignatureDoesNotMatch", "ExpiredTokenException", "ExpiredToken",
        "IncompleteSignature", "IncompleteSignatureException", "MissingAuthenticationTokenException", "MissingAuthenticationToken", "RequestExpired",
    };

    public static ProblemResult Of(CloudCallException failed) => failed.InnerException switch
    {
        AmazonServiceException refused when OfCredentials.Contains(refused.ErrorCode ?? "") => Problem.CloudNotAuthorized(
            $"AWS does not accept the relay's credentials ({refused.ErrorCode}). Check that they are not expired or of another account or region, and the node's clock.", null),
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } => Problem.CloudNotAuthorized(
            $"The relay's role lacks the permission {failed.Action}. Allow it in its IAM policy; Terraform's module `iot` renders one that suffices.", failed.Action),
        AmazonServiceException throttled when IsThrottling(throttled) => Problem.CloudUnavailable(
            $"AWS throttles {failed.Action}. What was done so far stays; send the request again shortly, and it goes on from there.", PauseAfterThrottling),
        AmazonServiceException { StatusCode: >= HttpStatusCode.InternalServerError } down => Problem.CloudUnavailable(
            $"AWS could not do {failed.Action} ({down.ErrorCode}). What was done so far stays; send the request again shortly, and it goes on from there."),
        AmazonServiceException { ErrorCode: "LimitExceededException" } => Problem.CloudRefused(
            $"{failed.Action} would exceed one of the account's quotas of AWS IoT Core. Remove what is not needed, or have the quota raised.", "LimitExceededException"),
        AmazonServiceException refused => Problem.CloudRefused(
            $"AWS refused {failed.Action} ({refused.ErrorCode}). The relay's log has AWS's reason under this traceId.", refused.ErrorCode ?? "unknown"),
        AmazonClientException => Problem.CloudNotAuthorized(
            "The relay found no AWS credentials (environment, profile, web identity, task or instance role). Give it a role, or set CloudKick:Aws:Profile.", null),
        _ => Problem.CloudUnavailable(
            $"AWS did not answer {failed.Action}, and may have done it all the same. Send the same request again shortly: it goes on from what was done. "
            + "If this stays, check the way from the relay to AWS IoT's endpoint."),
    };

    private static bool IsThrottling(AmazonServiceException refused) =>
        refused.StatusCode == HttpStatusCode.TooManyRequests || refused.ErrorCode is "ThrottlingException" or "Throttling" or "TooManyRequestsException" or "RequestLimitExceeded";
}
