using System.Net;
using Amazon.Runtime;

namespace CloudKick.Relay.Cloud;

/// <summary>A call of AWS's APIs came to nothing: refused, not answered, or never sent.</summary>
/// <param name="action">The IAM action that the call needs, like <c>iot:CreateThing</c>.</param>
/// <param name="cause">What the client threw.</param>
internal sealed class CloudCallException(string action, Exception cause) : Exception($"{action} failed: {cause.Message}", cause)
{
    /// <summary>The IAM action that the call needs.</summary>
    public string Action { get; } = action;

    /// <summary>AWS's name for the error; null when AWS did not answer.</summary>
    public string? Error => (InnerException as AmazonServiceException)?.ErrorCode;

    /// <summary>Whether AWS may have done it all the same: it did not answer, or failed on the way.</summary>
    public bool MayHaveBeenDone => InnerException switch
    {
        AmazonServiceException { StatusCode: var status } => status >= HttpStatusCode.InternalServerError,
        AmazonClientException => false,
        _ => true,
    };

    /// <summary>Whether an exception is what AWS's clients throw for a call that came to nothing.</summary>
    public static bool Is(Exception exception) =>
        exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException;
}
