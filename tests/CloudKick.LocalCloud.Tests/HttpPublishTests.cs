using System.Net;
using System.Text;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's Publish over HTTPS.</summary>
[CancelAfter(60_000)]
internal sealed class HttpPublishTests : CloudFixture
{
    [Test]
    public async Task A_certificate_publishes_with_and_without_ALPN([Values("x-amzn-http-ca", "http/1.1", null)] string? alpn, CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        using var relay = ApiClient.WithCertificate(Cloud, "relay", alpn);

        var answer = await relay.PostAsync("/topics/NL-CAT%2FNL000123?qos=1", "kick"u8.ToArray(), cancellationToken);
        var received = await terminal.ReceiveMessageAsync(cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
        Assert.That(answer.Body.ToString(), Is.EqualTo($$"""{"message":"OK","traceId":"{{answer.RequestId}}"}"""));
        Assert.That((received.Topic, Text(received), received.QualityOfService), Is.EqualTo((KickTopic, "kick", MqttQualityOfService.AtLeastOnce)));
    }

    [Test]
    public async Task A_signature_publishes_with_slashes_encoded_or_not([Values("/topics/NL-CAT%2FNL000123", "/topics/NL-CAT/NL000123")] string path, CancellationToken cancellationToken)
    {
        using var relay = ApiClient.Signed(Cloud);

        var answer = await relay.PostAsync(path, "kick"u8.ToArray(), cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(Control.PublishedTo(KickTopic), Is.EqualTo(1));
    }

    [Test]
    public async Task Every_property_of_MQTT_5_arrives(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);
        using var relay = ApiClient.Signed(Cloud);

        await relay.PostAsync(
            "/topics/NL-CAT%2FNL000123?qos=1&contentType=application%2Fjson&responseTopic=NL-CAT%2FNL000123%2Fack&messageExpiry=30", "{}"u8.ToArray(), cancellationToken,
            ("x-amz-mqtt5-user-properties", Base64("""[{"traceparent":"00-1"},{"traceparent":"00-2"}]""")),
            ("x-amz-mqtt5-correlation-data", Base64("kck_1")),
            ("x-amz-mqtt5-payload-format-indicator", "UTF8_DATA"));
        var received = await terminal.ReceiveMessageAsync(cancellationToken);

        Assert.That((received.ContentType, received.ResponseTopic, received.MessageExpiryInterval, received.PayloadFormatIndicator),
            Is.EqualTo(("application/json", AckTopic, (uint?)30, (bool?)true)));
        Assert.That(received.CorrelationData?.ToArray(), Is.EqualTo("kck_1"u8.ToArray()));
        Assert.That(received.UserProperties, Is.EqualTo(new MqttUserProperty[] { new("traceparent", "00-1"), new("traceparent", "00-2") }));
    }

    [TestCase("/topics/%24aws%2Fthings", "topic: topics that start with $ are reserved.")]
    [TestCase("/topics/a%2F%23", "topic: ")]
    [TestCase("/topics/1%2F2%2F3%2F4%2F5%2F6%2F7%2F8%2F9", "topic: more than 7 slashes.")]
    [TestCase("/topics/a?qos=2", "qos is a number from 0 to 1, not '2'.")]
    [TestCase("/topics/a?retain=maybe", "retain is true or false, not 'maybe'.")]
    [TestCase("/topics/a?responseTopic=a%2F%2B", "responseTopic: ")]
    public async Task What_is_not_valid_is_400(string target, string message, CancellationToken cancellationToken)
    {
        using var relay = ApiClient.Signed(Cloud);

        var answer = await relay.PostAsync(target, [], cancellationToken);

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((HttpStatusCode.BadRequest, "InvalidRequestException:")));
        Assert.That(answer.Text("message"), Does.StartWith(message));
    }

    [TestCase("x-amz-mqtt5-user-properties", "???")]
    [TestCase("x-amz-mqtt5-user-properties", "e30=")]
    [TestCase("x-amz-mqtt5-user-properties", "W3siYSI6MX1d")]
    [TestCase("x-amz-mqtt5-correlation-data", "???")]
    [TestCase("x-amz-mqtt5-payload-format-indicator", "JSON")]
    public async Task A_property_that_is_not_valid_is_400(string header, string value, CancellationToken cancellationToken)
    {
        using var relay = ApiClient.Signed(Cloud);

        var answer = await relay.PostAsync("/topics/a", [], cancellationToken, (header, value));

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((HttpStatusCode.BadRequest, "InvalidRequestException:")));
        Assert.That(answer.Text("message"), Does.StartWith(header));
    }

    [Test]
    public async Task A_refusal_that_a_test_orders_is_AWSs_429(CancellationToken cancellationToken)
    {
        using var relay = ApiClient.Signed(Cloud);
        Control.RefusePublish = _ => MqttReasonCode.QuotaExceeded;

        var answer = await relay.PostAsync("/topics/a", [], cancellationToken);

        Assert.That((answer.Status, answer.ErrorType, answer.Text("message")), Is.EqualTo((HttpStatusCode.TooManyRequests, "ThrottlingException:", "Rate exceeded")));
    }

    [Test]
    public async Task Retained_messages_are_listed_in_pages_and_read(CancellationToken cancellationToken)
    {
        using var relay = ApiClient.Signed(Cloud);
        foreach (string topic in new[] { "b", "a", "c" })
            await relay.PostAsync($"/topics/{topic}?retain=true&qos=1", Encoding.UTF8.GetBytes(topic), cancellationToken, ("x-amz-mqtt5-user-properties", Base64("""[{"n":"1"}]""")));
        long now = Time.GetUtcNow().ToUnixTimeMilliseconds();

        var first = await relay.GetAsync("/retainedMessage?maxResults=2", cancellationToken);
        var second = await relay.GetAsync($"/retainedMessage?maxResults=2&nextToken={first.Text("nextToken")}", cancellationToken);
        var one = await relay.GetAsync("/retainedMessage/b", cancellationToken);
        await relay.PostAsync("/topics/b?retain=true", [], cancellationToken);
        var gone = await relay.GetAsync("/retainedMessage/b", cancellationToken);

        Assert.That(first.Body?.GetProperty("retainedTopics").ToString(), Is.EqualTo(
            $$"""[{"topic":"a","payloadSize":1,"qos":1,"lastModifiedTime":{{now}}},{"topic":"b","payloadSize":1,"qos":1,"lastModifiedTime":{{now}}}]"""));
        Assert.That(second.Body.ToString(), Is.EqualTo($$"""{"retainedTopics":[{"topic":"c","payloadSize":1,"qos":1,"lastModifiedTime":{{now}}}]}"""));
        Assert.That(one.Body.ToString(), Is.EqualTo(
            $$"""{"topic":"b","payload":"{{Base64("b")}}","qos":1,"lastModifiedTime":{{now}},"userProperties":"{{Base64("""[{"n":"1"}]""")}}"}"""));
        Assert.That((gone.Status, gone.ErrorType), Is.EqualTo((HttpStatusCode.NotFound, "ResourceNotFoundException:")));
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
}
