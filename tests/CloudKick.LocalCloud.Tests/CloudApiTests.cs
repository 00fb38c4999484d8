using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(20_000)]
internal sealed class CloudApiTests : CloudFixture
{
    [Test]
    public async Task What_is_not_served_is_AWSs_404(CancellationToken cancellationToken)
    {
        using var client = NewClient(Cloud.Server.IssueDeviceCertificate("relay"));

        using var answer = await client.PostAsync("/topics/a", new StringContent("{}"), cancellationToken);

        await AssertErrorAsync(answer, HttpStatusCode.NotFound, "ResourceNotFoundException:", "No such operation: POST /topics/a", cancellationToken);
    }

    [Test]
    public async Task A_caller_that_nothing_identifies_gets_AWSs_403(CancellationToken cancellationToken)
    {
        using var client = NewClient(certificate: null);

        using var answer = await client.GetAsync("/things/NL000123", cancellationToken);

        await AssertErrorAsync(answer, HttpStatusCode.Forbidden, "ForbiddenException:", "Missing Authentication Token", cancellationToken);
    }

    private static async Task AssertErrorAsync(HttpResponseMessage answer, HttpStatusCode status, string type, string message, CancellationToken cancellationToken)
    {
        var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        Assert.That(answer.StatusCode, Is.EqualTo(status));
        Assert.That(answer.Content.Headers.ContentType?.MediaType, Is.EqualTo("application/json"));
        Assert.That(answer.Headers.GetValues("x-amzn-ErrorType"), Is.EqualTo(new[] { type }));
        Assert.That(body.RootElement.GetProperty("message").GetString(), Is.EqualTo(message));
        Assert.That(answer.Headers.GetValues("x-amzn-RequestId"), Is.EqualTo(new[] { body.RootElement.GetProperty("traceId").GetString() }));
    }

    private HttpClient NewClient(DeviceCertificate? certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Cloud.Server.CaFile));
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificates = certificate is null ? null : [certificate.ToX509Certificate()],
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{Cloud.Server.Port}") };
    }
}
