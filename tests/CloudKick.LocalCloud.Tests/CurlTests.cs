using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>curl with a client certificate publishes through the HTTPS API, as AWS's documentation shows it.</summary>
[CancelAfter(120_000)]
internal sealed class CurlTests : ForeignFixture
{
    [TestCase("--no-alpn")]
    [TestCase("--http1.1")]
    public async Task It_publishes_with_a_client_certificate(string alpn, CancellationToken cancellationToken)
    {
        await using var terminal = await RawClient.OpenAsync(Server, Server.IssueDeviceCertificate(Terminal), cancellationToken);
        await terminal.ConnectAsync(new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal, KeepAlive = 60 }, cancellationToken);
        await terminal.SubscribeAsync(KickTopic, cancellationToken);

        await using var curl = Curl("relay", alpn, "--data", "kick", $"{Address}/topics/{KickTopic}?qos=1");
        var received = await terminal.ReceiveMessageAsync(cancellationToken);
        string output = await curl.FinishAsync(cancellationToken);

        Assert.That(output, Does.Match("^\\{\"message\":\"OK\",\"traceId\":\"[0-9a-f-]{36}\"\\}\n200$"));
        Assert.That(received.Payload.ToArray(), Is.EqualTo("kick"u8.ToArray()));
    }

    [Test]
    public async Task A_terminal_that_would_kick_another_is_403(CancellationToken cancellationToken)
    {
        await using var curl = Curl(Terminal, "--http1.1", "--data", "kick", $"{Address}/topics/NL-CAT/NL000999?qos=1");

        Assert.That(await curl.FinishAsync(cancellationToken), Does.Match("^\\{\"message\":null,\"traceId\":\"[0-9a-f-]{36}\"\\}\n403$"));
        Assert.That(Control.PublishedTo("NL-CAT/NL000999"), Is.Zero);
    }

    private ForeignProgram Curl(string thingName, params IEnumerable<string> arguments)
    {
        string files = WriteCertificate(thingName);
        return ForeignProgram.Start(
            "/usr/bin/curl", "curl",
            ["--silent", "--show-error", "--write-out", "\n%{http_code}", "--cacert", $"{files}/ca.pem", "--cert", $"{files}/certificate.pem", "--key", $"{files}/private.key", .. arguments]);
    }
}
