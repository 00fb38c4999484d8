using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Cli.Doctor;
using CloudKick.Cli.Doctor.Cloud;
using CloudKick.Cli.Doctor.Network;
using CloudKick.Testing.Certificates;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary>What checks make of what they saw, where no socket of this machine can show it.</summary>
internal sealed class JudgementTests
{
    private const string Aws = "a1b2c3-ats.iot.eu-central-1.amazonaws.com";

    [TestCase(Aws, "10.1.2.3", Verdict.Warning)]
    [TestCase(Aws, "52.28.1.2", Verdict.Ok)]
    [TestCase("iot.example", "10.1.2.3", Verdict.Ok)]
    [TestCase("52.28.1.2", "52.28.1.2", Verdict.Warning)]
    public void Addresses_of_aws_are_public(string host, string address, Verdict verdict) =>
        Assert.That(DnsCheck.Judge(host, [IPAddress.Parse(address)]).Verdict, Is.EqualTo(verdict));

    [Test]
    public void A_proxy_that_this_machine_trusts_is_still_interception()
    {
        using var corporate = new TestCertificates("Corporate proxy");
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(corporate.Authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        var certificate = corporate.IssueServer(onlyNames: true, Aws);
        Assert.That(chain.Build(certificate), Is.True);
        using var server = ServerCertificate.Copy(certificate, chain, SslPolicyErrors.None);

        var finding = ServerTrust.Judge("tls", Aws, "TLS 1.3", server, rootsAreGiven: false, TimeProvider.System.GetUtcNow());

        Assert.That(finding.Verdict, Is.EqualTo(Verdict.Failed));
        Assert.That(finding.Evidence, Does.Contain("Corporate proxy").And.Contain("not one of Amazon's"));
        Assert.That(finding.Fix, Does.Contain("interception"));
    }

    [Test]
    public void An_ipv6_that_leads_nowhere_does_no_harm_and_a_dead_address_among_others_does()
    {
        var check = new TcpCheck("tcp", 443, TimeProvider.System);
        var v4 = new TcpAttempt(IPAddress.Parse("52.28.1.2"), TimeSpan.FromMilliseconds(12), null);
        var noV6 = new TcpAttempt(IPAddress.Parse("2a05:d014::1"), TimeSpan.Zero, SocketError.NetworkUnreachable);
        var dead = new TcpAttempt(IPAddress.Parse("52.28.1.3"), TimeSpan.FromSeconds(9), SocketError.TimedOut);

        Assert.That(check.Judge([v4, noV6]).Verdict, Is.EqualTo(Verdict.Ok));
        Assert.That(check.Judge([v4, dead]).Verdict, Is.EqualTo(Verdict.Warning));
        Assert.That(check.Judge([dead, noV6]).Verdict, Is.EqualTo(Verdict.Failed));
    }

    [TestCase(3, Verdict.Ok)]
    [TestCase(-90, Verdict.Warning)]
    [TestCase(600, Verdict.Failed)]
    public void A_clock_is_judged_by_what_it_breaks(int seconds, Verdict verdict) =>
        Assert.That(ClockCheck.Judge(new ServerClock(TimeSpan.FromSeconds(seconds), TimeSpan.FromSeconds(1))).Verdict, Is.EqualTo(verdict));

    [Test]
    public void A_clocks_accuracy_holds_the_headers_age_and_the_answers_way()
    {
        var date = new DateTimeOffset(2026, 11, 21, 10, 0, 0, TimeSpan.Zero);

        var clock = ServerClock.Of(date, asked: date, took: TimeSpan.FromSeconds(2));

        Assert.That(clock, Is.EqualTo(new ServerClock(TimeSpan.Zero, TimeSpan.FromSeconds(2))));
    }

    [Test]
    public void A_proxy_is_shown_without_its_password_and_counts_unless_it_is_excepted()
    {
        var variables = new Dictionary<string, string> { ["HTTPS_PROXY"] = "http://user:hush@proxy.example:3128" };
        var counts = ProxyCheck.Judge(Aws, variables.GetValueOrDefault);
        variables["NO_PROXY"] = "localhost, .amazonaws.com";
        var excepted = ProxyCheck.Judge(Aws, variables.GetValueOrDefault);

        Assert.That(counts.Verdict, Is.EqualTo(Verdict.Warning));
        Assert.That(counts.Evidence, Does.Contain("http://…@proxy.example:3128").And.Not.Contain("hush"));
        Assert.That(excepted.Verdict, Is.EqualTo(Verdict.Ok));
    }

    [TestCase(Aws, 443, Verdict.Ok)]
    [TestCase("A1B2C3-ats.iot.eu-central-1.amazonaws.com", 8883, Verdict.Ok)]
    [TestCase("other-ats.iot.eu-central-1.amazonaws.com", 443, Verdict.Failed)]
    public void The_accounts_endpoint_is_compared_with_the_settings(string host, int port, Verdict verdict) =>
        Assert.That(EndpointCheck.Judge(Aws, host, port).Verdict, Is.EqualTo(verdict));

    [TestCase("0", true, Verdict.Ok)]
    [TestCase("12", true, Verdict.Ok)]
    [TestCase("12", false, Verdict.Warning)]
    [TestCase("5000", true, Verdict.Warning)]
    public void A_queue_that_nobody_reads_is_a_warning(string waiting, bool deadLetters, Verdict verdict)
    {
        var attributes = new Dictionary<string, string> { ["ApproximateNumberOfMessages"] = waiting };
        if (deadLetters)
            attributes["RedrivePolicy"] = "{}";

        Assert.That(QueueCheck.Judge(attributes).Verdict, Is.EqualTo(verdict));
    }
}
