using Amazon.Runtime;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Tests.Support;

namespace CloudKick.AwsIot.Tests.Data;

internal sealed class DirectMessageTests
{
    private ScriptedAws _aws = null!;
    private AmazonIotDataClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _aws = await ScriptedAws.StartAsync();
        _client = new AmazonIotDataClient(
            new BasicAWSCredentials("AKIDEXAMPLE", "secret"),
            new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1", MaxErrorRetry = 0 });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _aws.DisposeAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task A_confirmed_message_is_answered_with_its_trace(CancellationToken cancellationToken)
    {
        _aws.AnswerWith(200, """{"message":"OK","traceId":"7f"}""");

        var answer = await _client.SendDirectMessageAsync(
            new() { ClientId = "NL 1/2", Topic = "NL-CAT/1", Confirmation = true, Timeout = 5, Payload = new([1, 2, 3]) }, cancellationToken);

        var request = _aws.Requests.Single();
        Assert.That($"{request.Method} {request.Target.Split('?')[0]}", Is.EqualTo("POST /connections/NL%201%2F2/messages"));
        Assert.That(request.Target.Split('?')[1].Split('&'), Is.EquivalentTo(new[] { "topic=NL-CAT%2F1", "confirmation=true", "timeout=5" }));
        Assert.That(request.Body, Is.EqualTo(new byte[] { 1, 2, 3 }));
        Assert.That((answer.Message, answer.TraceId), Is.EqualTo(("OK", "7f")));
    }

    [TestCase(404, "ResourceNotFoundException", typeof(ResourceNotFoundException))]
    [TestCase(504, "GatewayTimeoutException", typeof(GatewayTimeoutException))]
    [TestCase(413, "RequestEntityTooLargeException", typeof(RequestEntityTooLargeException))]
    [TestCase(429, "ThrottlingException", typeof(ThrottlingException))]
    [CancelAfter(30_000)]
    public void Each_refusal_is_an_exception_of_its_own(int status, string type, Type exception, CancellationToken cancellationToken)
    {
        _aws.AnswerWith(status, """{"message":"no","traceId":"7f"}""", ("x-amzn-ErrorType", type));

        Assert.That(
            () => _client.SendDirectMessageAsync(new() { ClientId = "c", Topic = "t" }, cancellationToken),
            Throws.TypeOf(exception).With.Message.EqualTo("no").And.Property("ErrorCode").EqualTo(type).And.Property("RequestId").EqualTo("7f"));
        Assert.That(_aws.Requests, Has.Count.EqualTo(1), "no retries were asked for");
    }
}
