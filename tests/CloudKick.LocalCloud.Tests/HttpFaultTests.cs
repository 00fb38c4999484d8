using System.Net;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Faults that strike calls over HTTPS, which go by the name of their caller.</summary>
[CancelAfter(20_000)]
internal sealed class HttpFaultTests : CloudFixture
{
    private ApiClient _relay = null!;

    [SetUp]
    public void Open() => _relay = ApiClient.WithCertificate(Cloud, "relay");

    [TearDown]
    public void Close() => _relay.Dispose();

    [Test]
    public async Task The_answer_is_delayed_and_the_message_is_not(CancellationToken cancellationToken)
    {
        Control.Order(new CloudFault(CloudFaultKind.Delay, "relay") { Delay = TimeSpan.FromSeconds(3) });

        var publishing = PublishAsync(cancellationToken);
        await Control.WaitForPublishedAsync(KickTopic, 1, cancellationToken);
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(3), cancellationToken);
        Assert.That(publishing.IsCompleted, Is.False);
        Time.Advance(TimeSpan.FromSeconds(3));

        Assert.That((await publishing).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(CloudFaultKind.Drop, 1)]
    [TestCase(CloudFaultKind.Discard, 0)]
    public async Task The_answer_is_dropped_with_its_connection(CloudFaultKind kind, int published, CancellationToken cancellationToken)
    {
        Control.Order(new CloudFault(kind, "relay") { FromClients = kind == CloudFaultKind.Discard, Count = 1 });

        Assert.That(async () => await PublishAsync(cancellationToken), Throws.InstanceOf<HttpRequestException>());
        Assert.That(Control.PublishedTo(KickTopic), Is.EqualTo(published));
        Assert.That((await PublishAsync(cancellationToken)).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    [TestCase(null, HttpStatusCode.TooManyRequests, "ThrottlingException:")]
    [TestCase(MqttReasonCode.NotAuthorized, HttpStatusCode.Forbidden, "ForbiddenException:")]
    [TestCase(MqttReasonCode.UnspecifiedError, HttpStatusCode.InternalServerError, "InternalFailureException:")]
    public async Task A_refusal_is_an_error_of_AWSs(MqttReasonCode? reason, HttpStatusCode status, string type, CancellationToken cancellationToken)
    {
        Control.Order(new CloudFault(CloudFaultKind.Refuse, "rel*") { ReasonCode = reason });

        var answer = await PublishAsync(cancellationToken);

        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((status, type)));
        Assert.That(Control.PublishedTo(KickTopic), Is.Zero);
    }

    [Test]
    public async Task A_direct_message_that_is_discarded_on_its_way_is_never_confirmed(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Discard, Terminal));

        var sending = SendDirectAsync(cancellationToken);
        await Time.WaitForTimerAsync(TimeSpan.FromSeconds(7), cancellationToken);
        await Control.WaitForFaultAsync(fault => fault.Struck == 1, cancellationToken);
        Time.Advance(TimeSpan.FromSeconds(7));
        Assert.That((await sending).Status, Is.EqualTo(HttpStatusCode.GatewayTimeout));

        Control.Reset();
        sending = SendDirectAsync(cancellationToken);
        await terminal.ReceiveMessageAsync(cancellationToken);
        Assert.That((await sending).Status, Is.EqualTo(HttpStatusCode.OK));
    }

    private Task<ApiReply> PublishAsync(CancellationToken cancellationToken) =>
        _relay.PostAsync("/topics/NL-CAT/NL000123?qos=1", "kick"u8.ToArray(), cancellationToken);

    private Task<ApiReply> SendDirectAsync(CancellationToken cancellationToken) =>
        _relay.PostAsync("/connections/NL000123/messages?topic=NL-CAT%2FNL000123&confirmation=true&timeout=7", "kick"u8.ToArray(), cancellationToken);
}
