using System.Text;
using Amazon.Runtime;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Tests.Support;

namespace CloudKick.AwsIot.Tests.Data;

internal sealed class PublishTests
{
    private ScriptedAws _aws = null!;
    private AmazonIotDataClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _aws = await ScriptedAws.StartAsync();
        _aws.AnswerWith(200, """{"message":"OK","traceId":"5a1c"}""", ("x-amzn-RequestId", "5a1c"));
        _client = new AmazonIotDataClient(new BasicAWSCredentials("AKIDEXAMPLE", "secret"), new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1" });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _aws.DisposeAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task A_message_with_all_its_properties_is_one_request(CancellationToken cancellationToken)
    {
        var answer = await _client.PublishAsync(
            new()
            {
                Topic = "NL-CAT/NL000123",
                Qos = 1,
                Retain = false,
                Payload = new(Encoding.UTF8.GetBytes("""{"v":1}""")),
                UserProperties = """[{"traceparent":"00-1"}]""",
                PayloadFormatIndicator = PayloadFormatIndicator.UTF8_DATA,
                ContentType = "application/json",
                ResponseTopic = "NL-CAT/NL000123/ack",
                CorrelationData = "a2Nr",
                MessageExpiry = 30,
            },
            cancellationToken);

        var request = _aws.Requests.Single();
        Assert.That(request.Method, Is.EqualTo("POST"));
        Assert.That(request.Target.Split('?')[0], Is.EqualTo("/topics/NL-CAT%2FNL000123"));
        Assert.That(request.Target.Split('?')[1].Split('&'), Is.EquivalentTo(new[]
        {
            "qos=1", "retain=false", "contentType=application%2Fjson", "responseTopic=NL-CAT%2FNL000123%2Fack", "messageExpiry=30",
        }));
        Assert.That(request.Header("x-amz-mqtt5-user-properties"), Is.EqualTo(Convert.ToBase64String("""[{"traceparent":"00-1"}]"""u8)));
        Assert.That(request.Header("x-amz-mqtt5-payload-format-indicator"), Is.EqualTo("UTF8_DATA"));
        Assert.That(request.Header("x-amz-mqtt5-correlation-data"), Is.EqualTo("a2Nr"));
        Assert.That(request.Text, Is.EqualTo("""{"v":1}"""));
        Assert.That(request.Header("Authorization"), Does.StartWith("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/").And.Contain("/eu-central-1/iotdata/aws4_request"));
        Assert.That(answer.ResponseMetadata.RequestId, Is.EqualTo("5a1c"));
    }

    [Test, CancelAfter(30_000)]
    public async Task What_is_not_set_is_not_sent(CancellationToken cancellationToken)
    {
        await _client.PublishAsync(new() { Topic = "t" }, cancellationToken);

        var request = _aws.Requests.Single();
        Assert.That(request.Target, Is.EqualTo("/topics/t"));
        Assert.That(request.Body, Is.Empty);
        Assert.That(request.Headers.Keys, Has.None.StartsWith("x-amz-mqtt5"));
    }

    [Test, CancelAfter(30_000)]
    public async Task One_connection_carries_one_request_after_another(CancellationToken cancellationToken)
    {
        for (var i = 0; i < 3; i++)
            await _client.PublishAsync(new() { Topic = "t" }, cancellationToken);

        Assert.That(_aws.Requests.Select(request => request.Connection).Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public void A_message_without_a_topic_is_not_sent()
    {
        Assert.That(() => _client.PublishAsync(new()), Throws.ArgumentException.With.Message.Contains("Publish needs a topic"));
        Assert.That(_aws.Requests, Is.Empty);
    }
}
