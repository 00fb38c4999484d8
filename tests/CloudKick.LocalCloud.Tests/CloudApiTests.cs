using System.Net;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class CloudApiTests : CloudFixture
{
    [Test]
    public async Task An_unknown_path_is_AWSs_404(CancellationToken cancellationToken)
    {
        using var client = ApiClient.WithCertificate(Cloud, "relay");

        var answer = await client.PostAsync("/no/such/thing", "{}"u8.ToArray(), cancellationToken);

        AssertError(answer, HttpStatusCode.NotFound, "ResourceNotFoundException:", "No such operation: POST /no/such/thing");
    }

    [Test]
    public async Task Another_method_is_AWSs_405(CancellationToken cancellationToken)
    {
        using var client = ApiClient.WithCertificate(Cloud, "relay");

        var answer = await client.GetAsync("/topics/a", cancellationToken);

        AssertError(answer, HttpStatusCode.MethodNotAllowed, "MethodNotAllowedException:", "GET is not allowed here.");
    }

    [Test]
    public async Task A_caller_that_nothing_identifies_gets_AWSs_403(CancellationToken cancellationToken)
    {
        using var client = ApiClient.Anonymous(Cloud);

        var answer = await client.GetAsync("/connections/NL000123", cancellationToken);

        AssertError(answer, HttpStatusCode.Forbidden, "ForbiddenException:", "Missing Authentication Token");
    }

    [TestCase("iotdata")]
    [TestCase("iotdevicegateway")]
    public async Task The_data_endpoint_has_two_signing_names(string service, CancellationToken cancellationToken)
    {
        using var client = ApiClient.Signed(Cloud);
        client.Service = service;

        Assert.That((await client.PostAsync("/topics/a", [], cancellationToken)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [Test]
    public async Task A_signature_for_another_service_or_region_is_refused(CancellationToken cancellationToken)
    {
        using var client = ApiClient.Signed(Cloud);

        client.Service = "sqs";
        var service = await client.PostAsync("/topics/a", [], cancellationToken);
        client.Service = "iotdata";
        client.Region = "us-east-1";
        var region = await client.PostAsync("/topics/a", [], cancellationToken);

        AssertError(service, HttpStatusCode.Forbidden, "ForbiddenException:", "Credential should be scoped to correct service: 'iotdata'.");
        AssertError(region, HttpStatusCode.Forbidden, "ForbiddenException:", "Credential should be scoped to a valid region, not 'us-east-1'.");
    }

    [Test]
    public async Task An_unknown_access_key_a_wrong_secret_and_a_wrong_token_are_refused(CancellationToken cancellationToken)
    {
        var known = ApiClient.Operator(Cloud.Server);
        using var stranger = ApiClient.Signed(Cloud, known with { AccessKeyId = "AKIASTRANGER" });
        using var guesser = ApiClient.Signed(Cloud, known with { SecretAccessKey = "guess" });
        using var token = ApiClient.Signed(Cloud, known with { SessionToken = "token" });

        var unknown = await stranger.PostAsync("/topics/a", [], cancellationToken);
        var wrong = await guesser.PostAsync("/topics/a", [], cancellationToken);

        AssertError(unknown, HttpStatusCode.Forbidden, "ForbiddenException:", "The security token included in the request is invalid.");
        AssertError(wrong, HttpStatusCode.Forbidden, "ForbiddenException:",
            "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.");
        Assert.That((await token.PostAsync("/topics/a", [], cancellationToken)).Text("message"), Is.EqualTo("The security token included in the request is invalid."));
        Assert.That(Control.Counters.Published, Is.Zero);
    }

    [Test]
    public async Task A_body_longer_than_a_message_may_be_is_413([Values(1, 500_000)] int tooMuch, CancellationToken cancellationToken)
    {
        using var client = ApiClient.WithCertificate(Cloud, "relay");

        var most = await client.PostAsync("/topics/a", new byte[128 * 1024], cancellationToken);
        var more = await client.PostAsync("/topics/a", new byte[(128 * 1024) + tooMuch], cancellationToken);

        Assert.That(most.Status, Is.EqualTo(HttpStatusCode.OK));
        AssertError(more, HttpStatusCode.RequestEntityTooLarge, "RequestEntityTooLargeException:", "The payload exceeds the maximum size allowed, 131072 bytes.");
    }

    private static void AssertError(ApiReply answer, HttpStatusCode status, string type, string message)
    {
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
        Assert.That(answer.ErrorType, Is.EqualTo(type));
        Assert.That(answer.Text("message"), Is.EqualTo(message));
        Assert.That(answer.Text("traceId"), Is.EqualTo(answer.RequestId));
    }
}
