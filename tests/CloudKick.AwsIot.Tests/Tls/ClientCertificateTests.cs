using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using CloudKick.AwsIot.Data;
using CloudKick.AwsIot.Tests.Support;
using CloudKick.Testing.Certificates;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace CloudKick.AwsIot.Tests.Tls;

/// <summary>Against a real TLS server: who the client is by its certificate, whom it trusts, what it insists on.</summary>
internal sealed class ClientCertificateTests
{
    private static readonly SslApplicationProtocol HttpCa = new("x-amzn-http-ca");

    private TestCertificates _certificates = null!;
    private string? _serverName;

    [SetUp]
    public void CreateCertificates() => _certificates = new TestCertificates();

    [TearDown]
    public void DisposeCertificates() => _certificates.Dispose();

    [Test, CancelAfter(30_000)]
    public async Task The_certificate_says_who_publishes_and_nothing_is_signed(CancellationToken cancellationToken)
    {
        await using var aws = await StartAsync(HttpCa);
        using var client = CreateClient(aws, "relay");

        await client.PublishAsync(new() { Topic = "NL-CAT/1" }, cancellationToken);

        var request = aws.Requests.Single();
        Assert.That(request.ClientCertificate, Is.EqualTo("CN=relay"));
        Assert.That(request.Header("Authorization"), Is.Null);
        Assert.That(_serverName, Is.EqualTo("localhost"), "SNI");
    }

    [Test, CancelAfter(30_000)]
    public async Task A_renewed_certificate_is_taken_up(CancellationToken cancellationToken)
    {
        await using var aws = await StartAsync(HttpCa);
        var certificate = _certificates.IssueClient("old");
        using var client = CreateClient(aws, () => certificate, config => config.ConnectionLifetime = TimeSpan.FromMilliseconds(1));
        await client.PublishAsync(new() { Topic = "t" }, cancellationToken);

        certificate = _certificates.IssueClient("new");
        do
            await client.PublishAsync(new() { Topic = "t" }, cancellationToken);
        while (aws.Requests[^1].ClientCertificate == "CN=old");

        Assert.That(aws.Requests[^1].ClientCertificate, Is.EqualTo("CN=new"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_connection_is_used_again(CancellationToken cancellationToken)
    {
        await using var aws = await StartAsync(HttpCa);
        using var client = CreateClient(aws, "relay");

        for (var i = 0; i < 3; i++)
            await client.PublishAsync(new() { Topic = "t" }, cancellationToken);

        Assert.That(aws.Requests.Select(request => request.Connection).Distinct().Count(), Is.EqualTo(1));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_server_that_knows_no_application_protocol_is_not_spoken_to(CancellationToken cancellationToken)
    {
        await using var aws = await StartAsync(null);
        using var client = CreateClient(aws, "relay");

        Assert.That(
            () => client.PublishAsync(new() { Topic = "t" }, cancellationToken),
            Throws.InstanceOf<HttpRequestException>().With.InnerException.InstanceOf<AuthenticationException>().With.InnerException.Message.Contains("x-amzn-http-ca"));
        Assert.That(aws.Requests, Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_server_that_speaks_another_application_protocol_is_not_spoken_to(CancellationToken cancellationToken)
    {
        await using var aws = await StartAsync(new SslApplicationProtocol("x-amzn-mqtt-ca"));
        using var client = CreateClient(aws, "relay");

        Assert.That(() => client.PublishAsync(new() { Topic = "t" }, cancellationToken), Throws.InstanceOf<HttpRequestException>());
        Assert.That(aws.Requests, Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task Without_application_protocol_the_certificate_alone_counts(CancellationToken cancellationToken)
    {
        await using var aws = await StartAsync(null);
        using var client = CreateClient(aws, () => _certificates.IssueClient("relay"), config => config.ApplicationProtocol = null);

        await client.PublishAsync(new() { Topic = "t" }, cancellationToken);

        Assert.That(aws.Requests.Single().ClientCertificate, Is.EqualTo("CN=relay"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_server_whose_root_is_not_trusted_is_not_spoken_to(CancellationToken cancellationToken)
    {
        using var others = new TestCertificates("another authority");
        await using var aws = await StartAsync(HttpCa);
        using var client = CreateClient(aws, () => _certificates.IssueClient("relay"), config => config.TrustedRoots = others.Roots);

        Assert.That(
            () => client.PublishAsync(new() { Topic = "t" }, cancellationToken),
            Throws.InstanceOf<HttpRequestException>().With.InnerException.InstanceOf<AuthenticationException>());
        Assert.That(aws.Requests, Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task A_server_with_a_certificate_for_another_name_is_not_spoken_to(CancellationToken cancellationToken)
    {
        await using var aws = await StartAsync(HttpCa, _certificates.IssueServer(onlyNames: true, "elsewhere.example"));
        using var client = CreateClient(aws, "relay");

        Assert.That(() => client.PublishAsync(new() { Topic = "t" }, cancellationToken), Throws.InstanceOf<HttpRequestException>());
        Assert.That(aws.Requests, Is.Empty);
    }

    [Test, CancelAfter(30_000)]
    public async Task Signed_requests_trust_the_given_roots_too(CancellationToken cancellationToken)
    {
        await using var aws = await StartAsync(SslApplicationProtocol.Http11);
        using var client = new AmazonIotDataClient(
            new Amazon.Runtime.BasicAWSCredentials("AKIDEXAMPLE", "secret"),
            new() { ServiceURL = aws.Url, AuthenticationRegion = "eu-central-1", TrustedRoots = _certificates.Roots });

        await client.PublishAsync(new() { Topic = "t" }, cancellationToken);

        Assert.That(aws.Requests.Single().Header("Authorization"), Does.StartWith("AWS4-HMAC-SHA256"));
    }

    private AmazonIotDataClient CreateClient(ScriptedAws aws, string name)
    {
        var certificate = _certificates.IssueClient(name);
        return CreateClient(aws, () => certificate, _ => { });
    }

    private AmazonIotDataClient CreateClient(ScriptedAws aws, Func<X509Certificate2> certificate, Action<AmazonIotDataConfig> configure)
    {
        var config = new AmazonIotDataConfig { ServiceURL = aws.Url, ClientCertificate = certificate, TrustedRoots = _certificates.Roots, MaxErrorRetry = 0 };
        configure(config);
        return new AmazonIotDataClient(config);
    }

    private Task<ScriptedAws> StartAsync(SslApplicationProtocol? protocol, X509Certificate2? certificate = null) => ScriptedAws.StartAsync(options =>
        options.UseHttps(new TlsHandshakeCallbackOptions
        {
            OnConnection = context =>
            {
                _serverName = context.ClientHelloInfo.ServerName;
                return ValueTask.FromResult(new SslServerAuthenticationOptions
                {
                    ServerCertificate = certificate ?? _certificates.IssueServer(),
                    ApplicationProtocols = protocol is { } chosen ? [chosen] : [], // null: Kestrel would offer HTTP 1.1
                    ClientCertificateRequired = protocol != SslApplicationProtocol.Http11,
                    RemoteCertificateValidationCallback = (_, presented, _, _) => presented is not null || protocol == SslApplicationProtocol.Http11,
                });
            },
        }));
}
