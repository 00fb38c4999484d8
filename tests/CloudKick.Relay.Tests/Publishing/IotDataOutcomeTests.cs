using System.Net.Sockets;
using System.Security.Authentication;
using Amazon.Runtime;
using CloudKick.AwsIot.Data;
using CloudKick.Relay.Publishing;

namespace CloudKick.Relay.Tests.Publishing;

internal sealed class IotDataOutcomeTests
{
    private static readonly TestCaseData[] Failures =
    [
        Case(new ThrottlingException("too fast"), AttemptOutcome.NotSent, fails: false),
        Case(new ForbiddenException("no"), AttemptOutcome.Refused, fails: false),
        Case(new InvalidRequestException("bad topic"), AttemptOutcome.Refused, fails: false),
        Case(new RequestEntityTooLargeException("too large"), AttemptOutcome.Refused, fails: false),
        Case(new UnauthorizedException("who"), AttemptOutcome.NotSent, fails: true),
        Case(new InternalFailureException("oops"), AttemptOutcome.Unknown, fails: true),
        Case(new ServiceUnavailableException("later"), AttemptOutcome.Unknown, fails: true),
        Case(new AmazonClientException("no credentials"), AttemptOutcome.NotSent, fails: true),
        Case(new SocketException((int)SocketError.ConnectionRefused), AttemptOutcome.NotSent, fails: true),
        Case(new AuthenticationException("not trusted"), AttemptOutcome.NotSent, fails: true),
        Case(new HttpRequestException(HttpRequestError.NameResolutionError), AttemptOutcome.NotSent, fails: true),
        Case(new HttpRequestException(HttpRequestError.ResponseEnded), AttemptOutcome.Unknown, fails: true),
        Case(new IOException("cut"), AttemptOutcome.Unknown, fails: true),
    ];

    [TestCaseSource(nameof(Failures))]
    public void What_the_cloud_did_says_what_became_of_the_kick_and_of_the_way(Exception failure, AttemptOutcome outcome, bool fails)
    {
        var result = IotDataOutcome.Of(failure, timedOut: false);

        Assert.That(result.Result.Outcome, Is.EqualTo(outcome));
        Assert.That(result.Result.Detail, Is.Not.Empty);
        Assert.That(result.Fault is not null, Is.EqualTo(fails));
    }

    [Test]
    public void No_answer_in_time_is_unknown_and_says_nothing_of_the_way()
    {
        var result = IotDataOutcome.Of(new TaskCanceledException(), timedOut: true);

        Assert.That(result, Is.EqualTo(new IotDataOutcome(new AttemptResult(AttemptOutcome.Unknown, "no answer in time"))));
    }

    private static TestCaseData Case(Exception failure, AttemptOutcome outcome, bool fails) =>
        new TestCaseData(failure, outcome, fails).SetArgDisplayNames(
            failure is HttpRequestException http ? http.HttpRequestError.ToString() : failure.GetType().Name, outcome.ToString());
}
