using System.Net;
using Amazon.Runtime;
using CloudKick.AwsIot.Control;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Queues;
using CloudKick.AwsIot.Tests.Support;

namespace CloudKick.AwsIot.Tests.Protocol;

/// <summary>Errors as AWS has been seen to tell them.</summary>
internal sealed class ErrorTests
{
    private static readonly BasicAWSCredentials Credentials = new("AKIDEXAMPLE", "secret");

    private ScriptedAws _aws = null!;

    [SetUp]
    public async Task StartAsync() => _aws = await ScriptedAws.StartAsync();

    [TearDown]
    public async Task StopAsync() => await _aws.DisposeAsync();

    [Test]
    public void A_refused_publish_names_its_error_with_a_colon_and_no_message()
    {
        _aws.AnswerWith(403, """{"message":null,"traceId":"f2a1"}""", ("x-amzn-ErrorType", "ForbiddenException:"), ("x-amzn-RequestId", "f2a1"));

        var error = Fail<ForbiddenException>();

        Assert.That(error.StatusCode, Is.EqualTo(HttpStatusCode.Forbidden));
        Assert.That(error.ErrorCode, Is.EqualTo("ForbiddenException"));
        Assert.That(error.RequestId, Is.EqualTo("f2a1"));
        Assert.That(error.Message, Is.EqualTo("""AWS answered 403 ForbiddenException: {"message":null,"traceId":"f2a1"}"""));
    }

    [TestCase("InvalidRequestException:http://internal.amazon.com/coral/com.amazonaws.iot/", "{}")]
    [TestCase("", """{"__type":"com.amazonaws.iot#InvalidRequestException","message":"no"}""")]
    [TestCase("", """{"code":"InvalidRequestException","message":"no"}""")]
    public void The_name_is_found_wherever_it_is(string header, string body)
    {
        _aws.AnswerWith(400, body, ("x-amzn-ErrorType", header));

        Assert.That(Fail<AwsIot.Data.InvalidRequestException>().ErrorCode, Is.EqualTo("InvalidRequestException"));
    }

    [Test]
    public void A_name_in_the_header_counts_for_more_than_one_in_the_body()
    {
        _aws.AnswerWith(404, """{"code":"InvalidRequestException"}""", ("x-amzn-ErrorType", "ResourceNotFoundException"));

        Assert.That(Fail<AmazonIotDataException>(), Is.TypeOf<AwsIot.Data.ResourceNotFoundException>());
    }

    [Test]
    public void An_error_without_a_word_is_what_its_status_says()
    {
        _aws.AnswerWith(403, "");

        var error = Fail<ForbiddenException>();

        Assert.That(error.ErrorCode, Is.Null);
        Assert.That(error.Message, Is.EqualTo("AWS answered 403 Forbidden without a word of explanation"));
    }

    [Test]
    public void A_gateways_page_is_quoted()
    {
        _aws.AnswerWith(502, "<html><body>Bad gateway</body></html>");

        var error = Fail<AmazonIotDataException>();

        Assert.That(error.Message, Is.EqualTo("AWS answered 502 BadGateway: <html><body>Bad gateway</body></html>"));
        Assert.That((error.StatusCode, error.ErrorType), Is.EqualTo((HttpStatusCode.BadGateway, ErrorType.Receiver)));
    }

    [Test]
    public void An_error_of_no_model_keeps_its_name()
    {
        _aws.AnswerWith(418, """{"message":"short and stout"}""", ("x-amzn-ErrorType", "TeapotException"));

        var error = Fail<AmazonIotDataException>();

        Assert.That(error, Is.TypeOf<AmazonIotDataException>());
        Assert.That((error.ErrorCode, error.Message, error.ErrorType), Is.EqualTo(("TeapotException", "short and stout", ErrorType.Sender)));
    }

    [Test]
    public void A_long_page_is_cut()
    {
        _aws.AnswerWith(502, new string('x', 200_000));

        Assert.That(Fail<AmazonIotDataException>().Message, Has.Length.LessThan(400));
    }

    [Test]
    public void An_answer_that_is_no_json_is_no_answer()
    {
        _aws.AnswerWith(200, "OK");
        using var client = CreateClient(retries: 0);

        Assert.That(() => client.GetConnectionAsync(new() { ClientId = "c" }), Throws.TypeOf<AmazonUnmarshallingException>());
    }

    [TestCase(2, 3)]
    [TestCase(0, 1)]
    [CancelAfter(60_000)]
    public void Throttling_is_tried_again_as_often_as_the_client_may(int retries, int requests, CancellationToken cancellationToken)
    {
        _aws.AnswerWith(400, """{"message":"Rate exceeded"}""", ("x-amzn-ErrorType", "ThrottlingException"));
        using var client = new AmazonIoTClient(Credentials, new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1", MaxErrorRetry = retries });

        Assert.That(() => client.DescribeEndpointAsync(new(), cancellationToken), Throws.TypeOf<AwsIot.Control.ThrottlingException>());
        Assert.That(_aws.Requests, Has.Count.EqualTo(requests));
    }

    [Test]
    public void Rights_that_are_missing_are_told_in_AWSs_words()
    {
        _aws.AnswerWith(403, """{"message":"User: arn:aws:iam::1:user/u is not authorized to perform: iot:CreateThing"}""", ("x-amzn-ErrorType", "AccessDeniedException"));
        using var client = new AmazonIoTClient(Credentials, new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1" });

        Assert.That(
            () => client.CreateThingAsync(new() { ThingName = "t" }),
            Throws.TypeOf<AmazonIoTException>().With.Message.Contains("not authorized").And.Property("ErrorCode").EqualTo("AccessDeniedException"));
    }

    [Test]
    public void What_exists_already_is_named()
    {
        _aws.AnswerWith(409, """{"message":"taken","resourceId":"t","resourceArn":"arn:t"}""", ("x-amzn-ErrorType", "ResourceAlreadyExistsException"));
        using var client = new AmazonIoTClient(Credentials, new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1" });

        Assert.That(
            () => client.CreateThingAsync(new() { ThingName = "t" }),
            Throws.TypeOf<ResourceAlreadyExistsException>().With.Property("ResourceArn").EqualTo("arn:t").And.Property("ResourceId").EqualTo("t"));
    }

    [Test]
    public void A_queue_that_is_not_there_is_told_by_its_type()
    {
        _aws.AnswerWith(400, """{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"no"}""", ("x-amzn-query-error", "AWS.SimpleQueueService.NonExistentQueue;Sender"));
        using var client = new AmazonSQSClient(Credentials, new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1" });

        Assert.That(() => client.ReceiveMessageAsync(new() { QueueUrl = "q" }), Throws.TypeOf<QueueDoesNotExistException>().With.Message.EqualTo("no"));
    }

    private T Fail<T>()
        where T : AmazonIotDataException
    {
        using var client = CreateClient(retries: 0);
        return Assert.CatchAsync<T>(() => client.PublishAsync(new() { Topic = "t" }))!;
    }

    private AmazonIotDataClient CreateClient(int retries) =>
        new(Credentials, new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1", MaxErrorRetry = retries });
}
