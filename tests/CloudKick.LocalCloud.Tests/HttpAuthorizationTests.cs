using System.Net;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Policies as the HTTPS data API enforces them: those that Terraform renders.</summary>
[CancelAfter(60_000)]
internal sealed class HttpAuthorizationTests : CloudFixture
{
    private const string DirectToTerminal = "/connections/NL000123/messages?topic=NL-CAT%2FNL000123";

    protected override LocalCloudPolicies Policies => new();

    [Test]
    public async Task A_device_that_may_not_publish_there_is_AWSs_403_without_a_message(CancellationToken cancellationToken)
    {
        using var terminal = ApiClient.WithCertificate(Cloud, Terminal);

        var shared = await terminal.PostAsync("/topics/NL-CAT%2Fack", [], cancellationToken);
        var others = await terminal.PostAsync("/topics/NL-CAT%2FNL000999", [], cancellationToken);

        Assert.That(shared.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((others.Status, others.ErrorType), Is.EqualTo((HttpStatusCode.Forbidden, "ForbiddenException:")));
        Assert.That(others.Body.ToString(), Is.EqualTo($$"""{"message":null,"traceId":"{{others.RequestId}}"}"""));
    }

    [Test]
    public async Task Thing_variables_have_no_value_over_HTTPS(CancellationToken cancellationToken)
    {
        using var terminal = ApiClient.WithCertificate(Cloud, Terminal);

        var own = await terminal.PostAsync("/topics/NL-CAT%2FNL000123%2Fack", [], cancellationToken);

        Assert.That(own.Status, Is.EqualTo(HttpStatusCode.Forbidden));
    }

    [Test]
    public async Task A_topic_that_the_receiver_may_not_receive_is_403_and_names_the_client(CancellationToken cancellationToken)
    {
        await ConnectAsync(Terminal, cancellationToken);
        using var relay = ApiClient.Signed(Cloud);

        var answer = await relay.PostAsync("/connections/NL000123/messages?topic=NL-CAT%2FNL000999&confirmation=true", [], cancellationToken);

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((HttpStatusCode.Forbidden, "ForbiddenException:")));
        Assert.That(answer.Text("message"), Does.Contain(Terminal));
    }

    [Test]
    public async Task A_sender_that_may_not_is_403_without_a_message(CancellationToken cancellationToken)
    {
        await ConnectAsync(Terminal, cancellationToken);
        using var other = ApiClient.WithCertificate(Cloud, "NL000999");

        var answer = await other.PostAsync(DirectToTerminal, [], cancellationToken);

        Assert.That((answer.Status, answer.Body?.GetProperty("message").GetString()), Is.EqualTo((HttpStatusCode.Forbidden, (string?)null)));
    }

    [TestCase("/connections/NL000123/messages?topic=NL-CAT%2FNL000123", true)]
    [TestCase("/connections/NL000123/messages?topic=XX-CAT%2FNL000123", false)]
    [TestCase("/topics/NL-CAT%2FNL000123", true)]
    [TestCase("/topics/XX-CAT%2FNL000123", false)]
    public async Task The_relays_certificate_kicks_over_HTTPS_on_the_subscription_topics_only(string target, bool allowed, CancellationToken cancellationToken)
    {
        await ConnectAsync(Terminal, cancellationToken);
        using var relay = ApiClient.WithCertificate(Cloud, "relay");

        var answer = await relay.PostAsync(target, [], cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(allowed ? HttpStatusCode.OK : HttpStatusCode.Forbidden));
    }
}
