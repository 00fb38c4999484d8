using Amazon;
using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using CloudKick.AwsIot.Control;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Queues;

namespace CloudKick.AwsIot.Tests.Protocol;

/// <summary>Hosts as in AWS's endpoint rulesets.</summary>
internal sealed class EndpointTests
{
    [TestCase("eu-central-1", false, false, "https://data-ats.iot.eu-central-1.amazonaws.com")]
    [TestCase("cn-north-1", false, false, "https://data.ats.iot.cn-north-1.amazonaws.com.cn")]
    [TestCase("cn-northwest-1", false, false, "https://data-ats.iot.cn-northwest-1.amazonaws.com.cn")]
    [TestCase("us-east-1", true, false, "https://data.iot-fips.us-east-1.amazonaws.com")]
    [TestCase("us-gov-west-1", true, false, "https://data.iot-fips.us-gov-west-1.amazonaws.com")]
    [TestCase("eu-central-1", true, false, "https://data-ats.iot-fips.eu-central-1.amazonaws.com")]
    [TestCase("eu-central-1", false, true, "https://data-ats.iot.eu-central-1.api.aws")]
    [TestCase("us-east-1", true, true, "https://data-ats.iot-fips.us-east-1.api.aws")]
    public void The_data_api_is_at(string region, bool fips, bool dualStack, string url) =>
        Assert.That(Resolve(new AmazonIotDataConfig(), region, fips, dualStack), Is.EqualTo(url));

    [TestCase("eu-central-1", false, false, "https://iot.eu-central-1.amazonaws.com")]
    [TestCase("cn-north-1", false, false, "https://iot.cn-north-1.amazonaws.com.cn")]
    [TestCase("us-east-1", true, false, "https://iot-fips.us-east-1.amazonaws.com")]
    [TestCase("eu-central-1", false, true, "https://iot.eu-central-1.api.aws")]
    public void The_control_api_is_at(string region, bool fips, bool dualStack, string url) =>
        Assert.That(Resolve(new AmazonIoTConfig(), region, fips, dualStack), Is.EqualTo(url));

    [TestCase("eu-central-1", false, false, "https://sqs.eu-central-1.amazonaws.com")]
    public void Queues_are_at(string region, bool fips, bool dualStack, string url) =>
        Assert.That(Resolve(new AmazonSQSConfig(), region, fips, dualStack), Is.EqualTo(url));

    [Test]
    public void A_url_of_ones_own_is_taken_as_it_is()
    {
        var config = new AmazonIotDataConfig { ServiceURL = "https://abc-ats.iot.eu-central-1.amazonaws.com:8443" };

        Assert.That(Resolve(config), Does.StartWith("https://abc-ats.iot.eu-central-1.amazonaws.com:8443"));
    }

    [Test]
    public void A_url_of_ones_own_has_no_variants()
    {
        var config = new AmazonIotDataConfig { ServiceURL = "https://localhost", UseDualstackEndpoint = true };

        Assert.That(() => Resolve(config), Throws.TypeOf<AmazonClientException>().With.Message.Contains("ServiceURL"));
    }

    private static string Resolve(AwsServiceConfig config, string region, bool fips, bool dualStack)
    {
        config.RegionEndpoint = RegionEndpoint.GetBySystemName(region);
        config.UseFIPSEndpoint = fips;
        config.UseDualstackEndpoint = dualStack;
        return Resolve(config).TrimEnd('/');
    }

    private static string Resolve(AwsServiceConfig config) =>
        config.DetermineServiceOperationEndpoint(new ServiceOperationEndpointParameters(new PublishRequest { Topic = "t" })).URL;
}
