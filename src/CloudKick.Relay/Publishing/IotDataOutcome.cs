using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using CloudKick.AwsIot.Data;

namespace CloudKick.Relay.Publishing;

/// <summary>What a call of the HTTPS data API came to.</summary>
/// <param name="Result">For the kick.</param>
/// <param name="Fault">Why the way itself does not work, whatever kick goes over it; null when it works.</param>
/// <param name="IsRefusal">Whether asking again soon would be answered the same.</param>
/// <param name="WasAsked">Whether the cloud was asked at all; if not, this says nothing of the way.</param>
internal readonly record struct IotDataOutcome(AttemptResult Result, string? Fault = null, bool IsRefusal = false, bool WasAsked = true)
{
    /// <summary>Of a kick that was not to leave: the cloud was not asked.</summary>
    public static IotDataOutcome NotAsked(AttemptResult result) => new(result, WasAsked: false);

    /// <summary>What a failed call says of the message: surely not taken, or perhaps.</summary>
    /// <param name="failure">What the client threw.</param>
    /// <param name="timedOut">Whether the attempt's own deadline ended it.</param>
    public static IotDataOutcome Of(Exception failure, bool timedOut) => failure switch
    {
        ThrottlingException => new(new(AttemptOutcome.NotSent, $"the cloud has too many requests: {failure.Message}")),
        ForbiddenException => new(new(AttemptOutcome.Refused, $"a policy of the cloud forbids it: {failure.Message}", Denial.Said)),
        InvalidRequestException or MethodNotAllowedException or RequestEntityTooLargeException =>
            new(new(AttemptOutcome.Refused, $"the cloud refused it: {failure.Message}")),
        UnauthorizedException => Down(AttemptOutcome.NotSent, $"the cloud does not know the relay ({failure.Message}): are its credentials or its certificate valid?", isRefusal: true),
        AmazonServiceException { StatusCode: HttpStatusCode.ServiceUnavailable } => Down(AttemptOutcome.Unknown, failure.Message),
        AmazonServiceException => Down(AttemptOutcome.Unknown, $"the cloud failed: {failure.Message}"),
        AmazonClientException or InvalidOperationException => Down(AttemptOutcome.NotSent, $"nothing could be sent: {failure.Message}", isRefusal: true),
        SocketException or AuthenticationException => Down(AttemptOutcome.NotSent, $"no connection: {failure.Message}"),
        HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError } =>
            Down(AttemptOutcome.NotSent, $"no connection: {failure.Message}"),
        OperationCanceledException when timedOut => new(new(AttemptOutcome.Unknown, "no answer in time")),
        _ => Down(AttemptOutcome.Unknown, $"no answer: {failure.Message} (is the relay's certificate active, and attached to a policy?)"),
    };

    private static IotDataOutcome Down(AttemptOutcome outcome, string detail, bool isRefusal = false) => new(new(outcome, detail), detail, isRefusal);
}
