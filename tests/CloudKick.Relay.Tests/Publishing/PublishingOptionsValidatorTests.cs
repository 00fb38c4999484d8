using CloudKick.Relay.Cloud;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Publishing;

internal sealed class PublishingOptionsValidatorTests
{
    [Test]
    public void The_default_needs_a_broker()
    {
        Assert.That(Validate(new(), new(), new()), Has.One.Contains("CloudKick:Mqtt:Host"));
        Assert.That(Validate(new(), new() { Host = "iot" }, new()), Is.Empty);
    }

    [Test]
    public void Direct_by_certificate_needs_an_endpoint_and_the_certificate()
    {
        var options = new PublishingOptions { Transport = KickTransportKind.Direct };

        Assert.That(Validate(options, new(), new()), Has.One.Contains("CloudKick:Aws:DataEndpoint").And.One.Contains("CloudKick:Mqtt:CertificateFile"));
        Assert.That(Validate(options, new() { CertificateFile = "relay.pem" }, new() { DataEndpoint = "iot" }), Is.Empty);
    }

    [Test]
    public void Https_by_signature_needs_a_region()
    {
        var options = new PublishingOptions { Transport = KickTransportKind.Https, Authentication = DataAuthentication.SigV4 };

        Assert.That(Validate(options, new() { Host = "iot" }, new()), Has.One.Contains("CloudKick:Aws:Region"));
        Assert.That(Validate(options, new() { Host = "iot" }, new() { Region = "eu-central-1" }), Is.Empty);
    }

    [Test]
    public void A_wait_as_long_as_the_lease_is_a_fault() =>
        Assert.That(Validate(new() { MaximumWait = TimeSpan.FromSeconds(5) }, new() { Host = "iot" }, new()), Has.One.Contains("CloudKick:Publishing:MaximumWait"));

    [Test]
    public void A_queue_that_stands_has_no_more_patience_than_a_burst() => Assert.That(
        Validate(new() { MaximumWait = TimeSpan.FromMilliseconds(50), StandingWait = TimeSpan.FromMilliseconds(51) }, new() { Host = "iot" }, new()),
        Has.One.Contains("CloudKick:Publishing:StandingWait"));

    [TestCase(443, "iot.example")]
    [TestCase(8883, "iot.example")]
    [TestCase(8443, "iot.example:8443")]
    public void Without_an_endpoint_of_its_own_the_data_API_is_where_MQTT_is(int port, string endpoint) =>
        Assert.That(IotDataClients.EndpointOf(new AwsOptions(), new RelayMqttOptions { Host = "iot.example", Port = port }), Is.EqualTo(endpoint));

    private static IEnumerable<string> Validate(PublishingOptions options, RelayMqttOptions mqtt, AwsOptions aws) =>
        new PublishingOptionsValidator(Options.Create(mqtt), Options.Create(aws), Options.Create(new KickOptions())).Validate(null, options).Failures ?? [];
}
