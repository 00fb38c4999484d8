using System.Security.Authentication;
using System.Text;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(60_000)]
internal sealed class AlpnTests : CloudFixture
{
    [TestCase("x-amzn-mqtt-ca")]
    [TestCase("x-amzn-http-ca")]
    [TestCase("http/1.1")]
    public async Task A_known_protocol_is_negotiated(string protocol, CancellationToken cancellationToken)
    {
        await using var client = await OpenAsync(protocol, cancellationToken);

        Assert.That(client.NegotiatedProtocol.ToString(), Is.EqualTo(protocol));
    }

    [TestCase("mqtt")]
    [TestCase("h2")]
    [TestCase("x-amzn-mqtt")]
    public void An_unknown_protocol_fails_the_handshake(string protocol, CancellationToken cancellationToken) =>
        Assert.That(async () => await OpenAsync(protocol, cancellationToken), Throws.InstanceOf<AuthenticationException>().Or.InstanceOf<IOException>());

    [TestCase("x-amzn-http-ca")]
    [TestCase("http/1.1")]
    [TestCase(null)]
    public async Task Any_other_protocol_and_none_speak_HTTP(string? protocol, CancellationToken cancellationToken)
    {
        await using var client = await OpenAsync(protocol, cancellationToken);

        await client.SendBytesAsync("GET /topics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"u8.ToArray(), cancellationToken);
        string answer = Encoding.ASCII.GetString(await client.ReadToEndAsync(cancellationToken));

        Assert.That(answer, Does.StartWith("HTTP/1.1 404 "));
    }

    private async Task<RawClient> OpenAsync(string? protocol, CancellationToken cancellationToken) =>
        await RawClient.OpenAsync(Cloud.Server, Cloud.Server.IssueDeviceCertificate(Terminal), cancellationToken, protocol);
}
