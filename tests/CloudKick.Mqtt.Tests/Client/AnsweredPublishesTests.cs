using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>Callers go on many in one work item; none notices.</summary>
[CancelAfter(20_000)]
internal sealed class AnsweredPublishesTests
{
    [Test]
    public async Task A_caller_that_keeps_its_thread_holds_up_no_other(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ClientUnderTest.ConnectAsync(server, cancellationToken);
        await using var client = test;
        using var release = new ManualResetEventSlim();
        var keeping = PublishAndKeepAsync();
        var others = Enumerable.Range(0, 3).Select(_ => test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask()).ToArray();

        await AcknowledgeAtOnceAsync(peer, 1 + others.Length, cancellationToken);

        Assert.That(await Task.WhenAll(others), Is.All.EqualTo(MqttReasonCode.Success));
        Assert.That(keeping.IsCompleted, Is.False);
        release.Set();
        await keeping;

        async Task PublishAndKeepAsync()
        {
            await test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken);
            release.Wait(cancellationToken);
        }
    }

    [Test]
    public async Task A_caller_may_publish_again_and_again_where_it_gets_its_answer(CancellationToken cancellationToken)
    {
        const int Callers = 4;
        const int Rounds = 50;
        await using var server = new ScriptedServer();
        var (test, peer) = await ClientUnderTest.ConnectAsync(server, cancellationToken);
        await using var client = test;

        var publishing = Enumerable.Range(0, Callers).Select(_ => PublishRoundsAsync()).ToArray();
        for (var round = 0; round < Rounds; round++)
            await AcknowledgeAtOnceAsync(peer, Callers, cancellationToken);

        Assert.That(await Task.WhenAll(publishing), Is.All.EqualTo(Rounds));
        Assert.That(test.Client.InFlight, Is.Zero);

        async Task<int> PublishRoundsAsync()
        {
            var acknowledged = 0;
            for (var round = 0; round < Rounds; round++)
            {
                if (await test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken) == MqttReasonCode.Success)
                    acknowledged++;
            }
            return acknowledged;
        }
    }

    /// <summary>Takes so many messages and acknowledges them in one piece.</summary>
    private static async Task AcknowledgeAtOnceAsync(ScriptedPeer peer, int messages, CancellationToken cancellationToken)
    {
        var bytes = new List<byte>();
        for (var i = 0; i < messages; i++)
        {
            var packet = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
            bytes.AddRange(PacketBytes.Encode(new PubAckPacket(packet.PacketIdentifier), MqttProtocolVersion.V5));
        }
        await peer.SendBytesAsync(bytes.ToArray(), cancellationToken);
    }
}
