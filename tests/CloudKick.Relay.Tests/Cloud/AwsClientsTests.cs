using CloudKick.AwsIot.Control;
using CloudKick.Relay.Cloud;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Cloud;

internal sealed class AwsClientsTests
{
    [Test]
    public void Without_an_endpoint_it_is_the_regions()
    {
        var config = Clients(new AwsOptions { Region = "eu-central-1" }).Configure(new AmazonIoTConfig(), null);

        Assert.That((config.RegionEndpoint?.SystemName, config.ServiceURL, config.AuthenticationRegion), Is.EqualTo(("eu-central-1", (string?)null, "eu-central-1")));
        Assert.That(config.TrustedRoots, Is.Null);
    }

    [TestCase("localhost:8443", "https://localhost:8443/")]
    [TestCase("prefix-ats.iot.eu-central-1.amazonaws.com", "https://prefix-ats.iot.eu-central-1.amazonaws.com/")]
    [TestCase("https://prefix.example/", "https://prefix.example/")]
    public void An_endpoint_is_a_host_a_port_or_an_address(string endpoint, string expected)
    {
        var config = Clients(new AwsOptions { Region = "eu-west-1" }).Configure(new AmazonIoTConfig(), endpoint);

        Assert.That((new Uri(config.ServiceURL).AbsoluteUri, config.AuthenticationRegion), Is.EqualTo((expected, "eu-west-1")));
    }

    [Test]
    public void Credentials_come_from_a_profile_where_one_is_named()
    {
        var config = Clients(new AwsOptions { Region = "eu-west-1", CredentialsFile = "/some/file" }).Configure(new AmazonIoTConfig(), null);

        Assert.That((config.Profile?.Name, config.Profile?.Location), Is.EqualTo(("default", "/some/file")));
    }

    [Test]
    public void Without_a_region_there_are_no_clients() => Assert.That(Clients(new AwsOptions()).IsConfigured, Is.False);

    [TestCase("http://plain.example")]
    [TestCase("https://host.example/path")]
    [TestCase("https://user@host.example")]
    [TestCase("host.example:notaport")]
    [TestCase("")]
    public void What_is_no_endpoint_is_a_fault_by_its_setting(string endpoint)
    {
        var result = new AwsOptionsValidator().Validate(null, new AwsOptions { ControlEndpoint = endpoint, CaFile = "/no/such/file" });

        Assert.That(result.Failures, Has.Exactly(2).Items.And.Some.StartsWith("CloudKick:Aws:ControlEndpoint").And.Some.StartsWith("CloudKick:Aws:CaFile"));
    }

    private static AwsClients Clients(AwsOptions options) => new(Options.Create(options));
}
