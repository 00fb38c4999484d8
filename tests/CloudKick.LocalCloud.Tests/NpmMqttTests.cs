using System.Text.Json;

namespace CloudKick.LocalCloud.Tests;

/// <summary>The mqtt client from npm, over TLS with ALPN and over WebSockets with a signed address.</summary>
[CancelAfter(120_000)]
internal sealed class NpmMqttTests : ForeignFixture
{
    [TestCase(4)]
    [TestCase(5)]
    public async Task It_plays_the_terminal_with_a_certificate(int version, CancellationToken cancellationToken)
    {
        await using var terminal = ForeignProgram.StartNode(
            "mqtt-terminal.mjs", Operator, "mtls", WriteCertificate(Terminal), $"{Server.Port}", Terminal, KickTopic, $"{version}");

        await AssertKickedAsync(terminal, version, cancellationToken);
    }

    [TestCase(4)]
    [TestCase(5)]
    public async Task It_plays_the_terminal_over_WebSockets(int version, CancellationToken cancellationToken)
    {
        await using var terminal = ForeignProgram.StartNode(
            "mqtt-terminal.mjs", Operator, "wss", Presigned(ApiClient.Operator(Server)), $"{Server.Port}", Terminal, KickTopic, $"{version}");

        await AssertKickedAsync(terminal, version, cancellationToken);
    }

    [Test]
    public async Task Without_the_right_signature_there_is_no_WebSocket(CancellationToken cancellationToken)
    {
        var guesser = ApiClient.Operator(Server) with { SecretAccessKey = "guess" };

        await using var terminal = ForeignProgram.StartNode(
            "mqtt-terminal.mjs", Operator, "wss", Presigned(guesser), $"{Server.Port}", Terminal, KickTopic, "5");
        var (exitCode, _, errors) = await terminal.EndAsync(cancellationToken);

        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(errors, Does.Contain("403"));
    }

    private async Task AssertKickedAsync(ForeignProgram terminal, int version, CancellationToken cancellationToken)
    {
        string answer = await KickAndReadAnswerAsync(cancellationToken);
        var received = JsonDocument.Parse(await terminal.FinishAsync(cancellationToken)).RootElement;

        Assert.That(answer, Is.EqualTo("accepted"));
        Assert.That(received.ToString(), Is.EqualTo(
            version == 5
                ? $$"""{"topic":"{{KickTopic}}","payload":"kick","qos":1,"dup":false,"expiry":30}"""
                : $$"""{"topic":"{{KickTopic}}","payload":"kick","qos":1,"dup":false}"""));
    }

    private string Presigned(CloudIdentity identity) =>
        $"wss://localhost:{Server.Port}/mqtt?{ApiClient.Presign(Server, TimeProvider.System, identity, "/mqtt", "iotdevicegateway")}";
}
