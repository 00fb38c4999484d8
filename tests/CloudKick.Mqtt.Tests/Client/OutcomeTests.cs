using System.Net.Security;
using System.Text;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing.Certificates;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>
/// The promise others build on: what is said not to be sent has reached nobody, and what is said to be acknowledged has arrived. Connections
/// break at any moment, in the middle of everything.
/// </summary>
[TestFixture(false, false)]
[TestFixture(true, false)]
[TestFixture(false, true)]
[TestFixture(true, true)]
[CancelAfter(60_000)]
internal sealed class OutcomeTests(bool tls, bool dedicatedThread) : ClientTests(dedicatedThread)
{
    private TestCertificates _certificates = null!;

    [OneTimeSetUp]
    public void CreateCertificates() => _certificates = new TestCertificates();

    [OneTimeTearDown]
    public void DisposeCertificates() => _certificates.Dispose();

    [Test]
    public async Task Not_sent_and_acknowledged_are_exact_however_the_connection_breaks(CancellationToken cancellationToken)
    {
        var outcomes = new Dictionary<string, int>();
        for (var round = 0; round < 40; round++)
        {
            var (received, results) = await BreakAsync(round, cancellationToken);

            foreach (var (text, outcome) in results)
            {
                outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
                if (outcome == "not sent")
                    Assert.That(received, Does.Not.Contain(text), $"Round {round}");
                if (outcome == "acknowledged")
                    Assert.That(received, Does.Contain(text), $"Round {round}");
            }
        }
        Assert.That(outcomes.Keys, Is.EquivalentTo(new[] { "not sent", "acknowledged", "unknown" }), "All of them must have been seen");
    }

    /// <summary>Publishers at full speed; the server acknowledges some messages, then breaks off at a moment that differs from round to round.</summary>
    private async Task<(HashSet<string> Received, (string Text, string Outcome)[] Results)> BreakAsync(int round, CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer(tls ? new SslServerAuthenticationOptions { ServerCertificate = _certificates.IssueServer() } : null);
        var endpoint = server.Endpoint with { Tls = tls ? new MqttTlsOptions { ServerName = "localhost", TrustedRoots = _certificates.Roots } : null };
        await using var test = Create(endpoint, options => options with { MaximumInFlight = 20 });
        var accepting = server.AcceptMqttAsync(cancellationToken);
        await test.Client.ConnectAsync(cancellationToken);
        var peer = await accepting;

        var publishing = Enumerable.Range(0, 200).Select(i => Task.Run(() => PublishAsync(test.Client, $"{i}", cancellationToken), cancellationToken)).ToList();
        var received = new HashSet<string>();
        for (var i = 0; i < 5 + (round * 4); i++)
        {
            var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
            received.Add(Encoding.UTF8.GetString(packet.Message.Payload.Span));
            if (i % 3 != 0 || round > 2)
                await peer.SendAsync(new PubAckPacket(packet.PacketIdentifier), cancellationToken);
        }
        peer.StopSending();
        var results = Task.WhenAll(publishing);
        // Whatever else had left the client is still received.
        while (await peer.ReceiveAsync(cancellationToken) is { } packet)
        {
            if (packet is PublishPacket publish)
                received.Add(Encoding.UTF8.GetString(publish.Message.Payload.Span));
        }
        return (received, await results);
    }

    private static async Task<(string Text, string Outcome)> PublishAsync(MqttClient client, string text, CancellationToken cancellationToken)
    {
        try
        {
            await client.PublishAsync(ClientUnderTest.Message(text), cancellationToken);
            return (text, "acknowledged");
        }
        catch (MqttNotSentException)
        {
            return (text, "not sent");
        }
        catch (MqttOutcomeUnknownException)
        {
            return (text, "unknown");
        }
    }
}
