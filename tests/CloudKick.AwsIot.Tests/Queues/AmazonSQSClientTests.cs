using Amazon.Runtime;
using CloudKick.AwsIot.Queues;
using CloudKick.AwsIot.Tests.Support;

namespace CloudKick.AwsIot.Tests.Queues;

internal sealed class AmazonSQSClientTests
{
    private ScriptedAws _aws = null!;
    private AmazonSQSClient _client = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _aws = await ScriptedAws.StartAsync();
        _client = new AmazonSQSClient(
            new BasicAWSCredentials("AKIDEXAMPLE", "secret"), new() { ServiceURL = _aws.Url, AuthenticationRegion = "eu-central-1", MaxErrorRetry = 0 });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _client.Dispose();
        await _aws.DisposeAsync();
    }

    [Test, CancelAfter(30_000)]
    public async Task Messages_are_received(CancellationToken cancellationToken)
    {
        _aws.AnswerWith(200, """{"Messages":[{"MessageId":"m","ReceiptHandle":"r","MD5OfBody":"x","Body":"{}","Attributes":{"ApproximateReceiveCount":"1"}}]}""");

        var answer = await _client.ReceiveMessageAsync(
            new() { QueueUrl = "https://q", MaxNumberOfMessages = 10, WaitTimeSeconds = 20, MessageSystemAttributeNames = ["All"] }, cancellationToken);

        var request = _aws.Requests.Single();
        Assert.That($"{request.Method} {request.Target}", Is.EqualTo("POST /"));
        Assert.That(request.Header("X-Amz-Target"), Is.EqualTo("AmazonSQS.ReceiveMessage"));
        Assert.That(request.Header("Content-Type"), Is.EqualTo("application/x-amz-json-1.0"));
        Assert.That(request.Text, Is.EqualTo("""{"QueueUrl":"https://q","MessageSystemAttributeNames":["All"],"MaxNumberOfMessages":10,"WaitTimeSeconds":20}"""));
        var message = answer.Messages.Single();
        Assert.That((message.MessageId, message.ReceiptHandle, message.Body), Is.EqualTo(("m", "r", "{}")));
        Assert.That(message.Attributes["ApproximateReceiveCount"], Is.EqualTo("1"));
    }

    [Test, CancelAfter(30_000)]
    public async Task An_empty_queue_has_no_messages(CancellationToken cancellationToken) =>
        Assert.That((await _client.ReceiveMessageAsync(new() { QueueUrl = "https://q" }, cancellationToken)).Messages, Is.Empty);

    [Test, CancelAfter(30_000)]
    public async Task Deleting_tells_of_each_message(CancellationToken cancellationToken)
    {
        _aws.AnswerWith(200, """{"Successful":[{"Id":"0"}],"Failed":[{"Id":"1","SenderFault":true,"Code":"ReceiptHandleIsInvalid","Message":"stale"}]}""");

        var answer = await _client.DeleteMessageBatchAsync(
            new() { QueueUrl = "https://q", Entries = [new() { Id = "0", ReceiptHandle = "a" }, new() { Id = "1", ReceiptHandle = "b" }] }, cancellationToken);

        Assert.That(_aws.Requests.Single().Text, Is.EqualTo("""{"QueueUrl":"https://q","Entries":[{"Id":"0","ReceiptHandle":"a"},{"Id":"1","ReceiptHandle":"b"}]}"""));
        Assert.That(answer.Successful.Single().Id, Is.EqualTo("0"));
        Assert.That((answer.Failed.Single().Code, answer.Failed.Single().SenderFault), Is.EqualTo(("ReceiptHandleIsInvalid", true)));
    }
}
