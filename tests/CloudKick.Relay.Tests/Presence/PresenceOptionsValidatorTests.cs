using CloudKick.Relay.Cloud;
using CloudKick.Relay.Presence;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Presence;

internal sealed class PresenceOptionsValidatorTests
{
    private const string Queue = "https://sqs.eu-central-1.amazonaws.com/123456789012/cloudkick-presence";

    [Test]
    public void The_lifecycle_topics_need_a_broker()
    {
        Assert.That(Faults(new(), new(), host: ""), Has.One.Contains("CloudKick:Mqtt:Host is not set").And.One.Contains("CloudKick:Presence:Source is Mqtt"));
        Assert.That(Faults(new(), new(), host: "iot"), Is.Empty);
    }

    [Test]
    public void A_queue_needs_its_url_and_a_region()
    {
        var faults = Faults(new() { Source = PresenceSourceKind.Sqs }, new(), host: "");

        Assert.That(faults, Has.One.StartsWith("CloudKick:Presence:QueueUrl is not set").And.One.StartsWith("CloudKick:Aws:Region is not set"));
    }

    [TestCase(Queue)]
    [TestCase("https://sqs.eu-central-1.api.aws/123456789012/q")]
    [TestCase("https://queues.example:4566/000000000000/q")]
    [TestCase("http://127.0.0.1:4566/000000000000/q")]
    [TestCase("http://localhost:4566/000000000000/q")]
    public void Queues_of_AWS_and_of_stand_ins_are_taken(string url) => Assert.That(Faults(Sqs(url), new() { Region = "eu-central-1" }), Is.Empty);

    [TestCase("cloudkick-presence")]
    [TestCase("arn:aws:sqs:eu-central-1:123456789012:cloudkick-presence")]
    [TestCase("https://sqs.eu-central-1.amazonaws.com")]
    [TestCase("http://queues.example/123456789012/q")]
    [TestCase("https://user:secret@queues.example/123456789012/q")]
    public void What_is_no_queues_url_is_a_fault(string url) =>
        Assert.That(Faults(Sqs(url), new() { Region = "eu-central-1" }), Has.One.Contains("which is no queue's URL"));

    [Test]
    public void A_queue_of_another_region_is_a_fault() =>
        Assert.That(Faults(Sqs(Queue), new() { Region = "eu-west-1" }), Has.One.Contains("eu-central-1").And.One.Contains("eu-west-1"));

    [Test]
    public void Parts_of_a_second_are_no_wait_that_SQS_knows() =>
        Assert.That(
            Faults(new() { Source = PresenceSourceKind.Sqs, QueueUrl = Queue, QueueWait = TimeSpan.FromSeconds(1.5) }, new() { Region = "eu-central-1" }),
            Has.One.Contains("CloudKick:Presence:QueueWait"));

    [Test]
    public void Presence_need_not_be_followed() => Assert.That(Faults(new() { Source = PresenceSourceKind.None }, new(), host: ""), Is.Empty);

    private static PresenceOptions Sqs(string url) => new() { Source = PresenceSourceKind.Sqs, QueueUrl = url };

    private static IEnumerable<string> Faults(PresenceOptions options, AwsOptions aws, string host = "iot") =>
        new PresenceOptionsValidator(Options.Create(new RelayMqttOptions { Host = host }), Options.Create(aws)).Validate(null, options).Failures ?? [];
}
