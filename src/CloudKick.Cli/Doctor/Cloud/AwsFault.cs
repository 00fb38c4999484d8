using System.Net;
using Amazon.Runtime;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>What a call that AWS did not do says, and what to do about it. Pure.</summary>
/// <param name="IsRefusal">Whether a policy says no.</param>
/// <param name="Evidence">What came back.</param>
/// <param name="Fix">What to do.</param>
internal sealed record AwsFault(bool IsRefusal, string Evidence, string Fix)
{
    /// <summary>Whether an exception is a call's end that this explains.</summary>
    public static bool Explains(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException;

    /// <param name="exception">How the call ended.</param>
    /// <param name="needed">What it needs, e.g. <c>iot:Publish on topic/NL-CAT/*</c>.</param>
    /// <param name="grant">Where that is granted.</param>
    public static AwsFault Of(Exception exception, string needed, string grant) => exception switch
    {
        AmazonServiceException { ErrorCode: "UnrecognizedClientException" or "InvalidClientTokenId" } =>
            new(false, $"AWS does not know these credentials ({Told(exception)})", "The access key was deleted, or is another partition's: take credentials of this account."),
        AmazonServiceException { ErrorCode: "ExpiredTokenException" or "ExpiredToken" } =>
            new(false, $"The credentials have expired ({Told(exception)})", "Sign in again (aws sso login), or take new ones."),
        AmazonServiceException { ErrorCode: "InvalidSignatureException" or "SignatureDoesNotMatch" } =>
            new(false, $"AWS does not take the signature ({Told(exception)})", "The secret does not belong to the key, the region is another one (--region), or this machine's clock is wrong (doctor network)."),
        // SQS throttles with 403.
        AmazonServiceException { ErrorCode: "ThrottlingException" or "RequestThrottled" or "OverLimit" } or AmazonServiceException { StatusCode: HttpStatusCode.TooManyRequests } =>
            new(false, $"AWS throttles ({Told(exception)})", "Something calls too often, or a quota is low: try again in a minute."),
        AmazonServiceException { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized }
            or AmazonServiceException { ErrorCode: "AccessDeniedException" or "AccessDenied" } =>
            new(true, $"Refused: {needed} is missing ({Told(exception)})", grant),
        AmazonServiceException service => new(false, $"AWS answered {(int)service.StatusCode} ({Told(exception)})", "Check region and endpoint; if it stays, see AWS's health dashboard."),
        _ => new(false, $"No answer: {Innermost(exception).Message}", "See `cloudkick doctor network`, and whether a proxy is set in the environment."),
    };

    // Some messages say the code themselves, and some nothing at all.
    private static string Told(Exception exception) => exception switch
    {
        AmazonServiceException { Message: var message, ErrorCode: { Length: > 0 } code } when string.IsNullOrWhiteSpace(message) => code,
        AmazonServiceException { Message: var message, ErrorCode: { Length: > 0 } code } when !message.Contains(code, StringComparison.Ordinal) => $"{code}: {message.TrimEnd('.')}",
        _ => exception.Message.TrimEnd('.'),
    };

    private static Exception Innermost(Exception exception) => exception.InnerException is { } inner ? Innermost(inner) : exception;
}
