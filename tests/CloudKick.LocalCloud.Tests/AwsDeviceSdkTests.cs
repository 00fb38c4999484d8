using System.Text.Json;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's device SDKs for JavaScript: the first, and the current one with its native code, over TLS with ALPN and over WebSockets.</summary>
[CancelAfter(120_000)]
internal sealed class AwsDeviceSdkTests : ForeignFixture
{
    [TestCase("mtls")]
    [TestCase("wss")]
    public async Task The_first_one_plays_the_terminal(string how, CancellationToken cancellationToken)
    {
        await using var terminal = ForeignProgram.StartNode(
            "device-sdk-terminal.mjs", OperatorKeys, how, WriteCertificate(Terminal), $"{Server.Port}", Terminal, KickTopic);

        string answer = await KickAndReadAnswerAsync(cancellationToken);
        var received = JsonDocument.Parse(await terminal.FinishAsync(cancellationToken)).RootElement;

        Assert.That(answer, Is.EqualTo("accepted"));
        Assert.That(received.ToString(), Is.EqualTo($$"""{"topic":"{{KickTopic}}","payload":"kick"}"""));
    }

    [TestCase("mtls")]
    [TestCase("wss")]
    public async Task The_current_one_plays_the_terminal(string how, CancellationToken cancellationToken)
    {
        await using var terminal = ForeignProgram.StartNode(
            "device-sdk-v2-terminal.mjs", OperatorKeys, how, WriteCertificate(Terminal), $"{Server.Port}", Terminal, KickTopic);

        string answer = await KickAndReadAnswerAsync(cancellationToken);
        var received = JsonDocument.Parse(await terminal.FinishAsync(cancellationToken)).RootElement;

        Assert.That(answer, Is.EqualTo("accepted"));
        Assert.That(received.ToString(), Is.EqualTo($$"""{"topic":"{{KickTopic}}","payload":"kick","contentType":"text/plain","expiry":30}"""));
    }
}
