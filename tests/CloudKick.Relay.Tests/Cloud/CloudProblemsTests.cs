using System.Net;
using Amazon.Runtime;
using CloudKick.AwsIot.Control;
using CloudKick.Relay.Cloud;

namespace CloudKick.Relay.Tests.Cloud;

internal sealed class CloudProblemsTests
{
    private const string Canary = "text that AWS wrote";

    private static IEnumerable<TestCaseData> Failures()
    {
        yield return Case("AccessDeniedException", HttpStatusCode.Forbidden, "cloud-not-authorized", "lacks the permission iot:CreateThing");
        yield return Case("UnauthorizedException", HttpStatusCode.Unauthorized, "cloud-not-authorized", "lacks the permission iot:CreateThing");
        yield return Case("UnrecognizedClientException", HttpStatusCode.Forbidden, "cloud-not-authorized", "does not accept the relay's credentials");
        yield return Case("ExpiredTokenException", HttpStatusCode.Forbidden, "cloud-not-authorized", "expired");
        yield return Case("InvalidSignatureException", HttpStatusCode.Forbidden, "cloud-not-authorized", "the node's clock");
        yield return Case("ThrottlingException", HttpStatusCode.BadRequest, "cloud-unavailable", "throttles iot:CreateThing");
        yield return Case("TooManyRequestsException", HttpStatusCode.TooManyRequests, "cloud-unavailable", "throttles");
        yield return Case("ServiceUnavailableException", HttpStatusCode.ServiceUnavailable, "cloud-unavailable", "could not do iot:CreateThing");
        yield return Case("InternalFailureException", HttpStatusCode.InternalServerError, "cloud-unavailable", "send the request again");
        yield return Case("LimitExceededException", HttpStatusCode.Gone, "cloud-refused", "quotas");
        yield return Case("InvalidRequestException", HttpStatusCode.BadRequest, "cloud-refused", "InvalidRequestException");
        yield return new TestCaseData(new AmazonClientException(Canary), "cloud-not-authorized", "found no AWS credentials").SetArgDisplayNames("no credentials");
        yield return new TestCaseData(new HttpRequestException(Canary), "cloud-unavailable", "did not answer iot:CreateThing").SetArgDisplayNames("no answer");
        yield return new TestCaseData(new TimeoutException(Canary), "cloud-unavailable", "did not answer").SetArgDisplayNames("timeout");
    }

    [TestCaseSource(nameof(Failures))]
    public void Failures_say_what_to_do_and_nothing_of_AWSs_text(Exception failure, string code, string expected)
    {
        Assert.That(CloudCallException.Is(failure), Is.True);

        var problem = CloudProblems.Of(new CloudCallException("iot:CreateThing", failure));

        Assert.That((problem.Type.Code, problem.Type.Code == "cloud-unavailable"), Is.EqualTo((code, problem.RetryAfter is not null)));
        Assert.That(problem.Detail, Does.Contain(expected).And.Not.Contain(Canary));
    }

    private static TestCaseData Case(string error, HttpStatusCode status, string code, string expected) =>
        new TestCaseData(new AmazonIoTException(Canary, status) { ErrorCode = error }, code, expected).SetArgDisplayNames(error);
}
