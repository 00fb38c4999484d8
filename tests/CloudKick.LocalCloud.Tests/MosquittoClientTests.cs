using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Debian's mosquitto_sub and mosquitto_pub, with the three files that a terminal is provisioned with.</summary>
[CancelAfter(120_000)]
internal sealed class MosquittoClientTests : CloudFixture
{
    private string _files = null!;

    [SetUp]
    public void CreateDirectory() => _files = Directory.CreateTempSubdirectory("localcloud-").FullName;

    [TearDown]
    public void DeleteDirectory() => Directory.Delete(_files, recursive: true);

    [TestCase("mqttv311")]
    [TestCase("mqttv5")]
    public async Task Mosquitto_sub_plays_the_terminal(string version, CancellationToken cancellationToken)
    {
        await using var terminal = Run("mosquitto_sub", Terminal, "-i", Terminal, "-V", version, "-t", KickTopic, "-q", "1", "-C", "2", "-v");
        await Control.WaitForSubscribedAsync(Terminal, KickTopic, cancellationToken);
        var relay = await ConnectAsync(Relay, cancellationToken);

        await relay.PublishAsync(KickTopic, "first", cancellationToken);
        await relay.PublishAsync(KickTopic, "second", cancellationToken);

        Assert.That(await terminal.FinishAsync(cancellationToken), Is.EqualTo($"{KickTopic} first\n{KickTopic} second\n"));
    }

    [TestCase("mqttv311")]
    [TestCase("mqttv5")]
    public async Task Mosquitto_pub_answers_for_the_terminal(string version, CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await relay.SubscribeAsync("NL-CAT/+/ack", cancellationToken);

        await using var terminal = Run("mosquitto_pub", Terminal, "-i", Terminal, "-V", version, "-t", AckTopic, "-q", "1", "-m", "accepted");
        var received = await relay.ReceiveMessageAsync(cancellationToken);
        await terminal.FinishAsync(cancellationToken);

        Assert.That(Text(received), Is.EqualTo("accepted"));
    }

    [Test]
    public async Task Mosquitto_sub_returns_to_its_session(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);
        await using (var first = Run("mosquitto_sub", Terminal, "-i", Terminal, "-c", "-t", KickTopic, "-q", "1", "-E"))
            await first.FinishAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
        await relay.PublishAsync(KickTopic, "meanwhile", cancellationToken);

        await using var second = Run("mosquitto_sub", Terminal, "-i", Terminal, "-c", "-t", KickTopic, "-q", "1", "-C", "1");

        Assert.That(await second.FinishAsync(cancellationToken), Is.EqualTo("meanwhile\n"));
    }

    [Test]
    public async Task Mosquitto_sub_with_a_strangers_certificate_is_closed(CancellationToken cancellationToken)
    {
        using var stranger = CertificateAuthority.Open(Path.Combine(_files, "stranger"));
        (stranger.IssueDeviceCertificate(Terminal) with { CaPem = await File.ReadAllTextAsync(Cloud.Server.CaFile, cancellationToken) }).WriteTo(_files);

        await using var client = Start("mosquitto_pub", "-i", Terminal, "-t", AckTopic, "-m", "x", "-q", "1");
        var (exitCode, _, _) = await client.EndAsync(cancellationToken);

        Assert.That(exitCode, Is.Not.Zero);
        Assert.That(Control.Counters.Published, Is.Zero);
    }

    private ForeignProgram Run(string program, string thingName, params string[] arguments)
    {
        Cloud.Server.IssueDeviceCertificate(thingName).WriteTo(_files);
        return Start(program, arguments);
    }

    private ForeignProgram Start(string program, params string[] arguments) => ForeignProgram.Start(
        $"/usr/bin/{program}",
        "mosquitto-clients",
        [
            "-h", "localhost", "-p", $"{Cloud.Server.Port}", "--tls-alpn", "x-amzn-mqtt-ca",
            "--cafile", Path.Combine(_files, DeviceCertificate.CaFile),
            "--cert", Path.Combine(_files, DeviceCertificate.CertificateFile),
            "--key", Path.Combine(_files, DeviceCertificate.PrivateKeyFile),
            .. arguments,
        ]);
}
