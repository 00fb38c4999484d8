using CloudKick.Mqtt.Client;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>Callers go on many in one work item; none notices.</summary>
[CancelAfter(20_000)]
internal sealed class AnsweredPublishesTests(bool dedicatedThread) : ClientTests(dedicatedThread)
{
    [Test]
    public async Task A_caller_that_keeps_its_thread_holds_up_no_other(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        using var keepers = new Keepers(test, DedicatedThread, cancellationToken);
        var keeping = keepers.PublishAsync();
        var others = Enumerable.Range(0, 3).Select(_ => test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask()).ToArray();

        await AcknowledgeAtOnceAsync(peer, 1 + others.Length, cancellationToken);
        await keepers.RunOutOfPatienceAsync();

        Assert.That(await Task.WhenAll(others), Is.All.EqualTo(MqttReasonCode.Success));
        Assert.That(keeping.IsCompleted, Is.False);
        keepers.Release();
        await keeping;
    }

    [Test]
    public async Task Callers_that_keep_their_threads_hold_up_neither_publishes_nor_messages_nor_the_end(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        using var keepers = new Keepers(test, DedicatedThread, cancellationToken);
        var keeping = new List<Task>();
        for (var i = 0; i < 2; i++)
        {
            keeping.Add(keepers.PublishAsync());
            await AcknowledgeAtOnceAsync(peer, 1, cancellationToken);
            await keepers.RunOutOfPatienceAsync();
        }

        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        await AcknowledgeAtOnceAsync(peer, 1, cancellationToken);
        await peer.SendAsync(new PublishPacket { Message = ClientUnderTest.Message("to you", MqttQualityOfService.AtMostOnce) }, cancellationToken);

        Assert.That(await publishing, Is.EqualTo(MqttReasonCode.Success));
        Assert.That((await test.Messages.ReadAsync(cancellationToken)).Payload.ToArray(), Is.EqualTo("to you"u8.ToArray()));
        await test.DisposeAsync();
        Assert.That(keeping, Has.All.Matches<Task>(caller => !caller.IsCompleted));
        keepers.Release();
        await Task.WhenAll(keeping);
    }

    [Test]
    public async Task However_many_keep_theirs_at_once_reading_is_held_up_but_once(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        using var keepers = new Keepers(test, DedicatedThread, cancellationToken);
        var keeping = Enumerable.Range(0, 3).Select(_ => keepers.PublishAsync()).ToArray();

        await AcknowledgeAtOnceAsync(peer, keeping.Length, cancellationToken);
        await keepers.RunOutOfPatienceAsync();
        var publishing = test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken).AsTask();
        await AcknowledgeAtOnceAsync(peer, 1, cancellationToken);

        Assert.That(await publishing, Is.EqualTo(MqttReasonCode.Success));
        keepers.Release();
        await Task.WhenAll(keeping);
    }

    [Test]
    public async Task What_was_published_before_a_caller_kept_the_thread_leaves_all_the_same(CancellationToken cancellationToken)
    {
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
        await using var client = test;
        using var keepers = new Keepers(test, DedicatedThread, cancellationToken);
        var keeping = PublishTwiceAndKeepAsync();

        await AcknowledgeAtOnceAsync(peer, 1, cancellationToken);
        await keepers.RunOutOfPatienceAsync();

        var second = await peer.ReceiveAsync<PublishPacket>(cancellationToken);
        Assert.That(second.Message.Payload.ToArray(), Is.EqualTo("second"u8.ToArray()));
        Assert.That(keeping.IsCompleted, Is.False);
        keepers.Release();
        await peer.SendAsync(new PubAckPacket(second.PacketIdentifier), cancellationToken);
        await keeping;

        async Task PublishTwiceAndKeepAsync()
        {
            await test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken);
            var publishing = test.Client.PublishAsync(ClientUnderTest.Message("second"), cancellationToken);
            keepers.KeepThread();
            await publishing;
        }
    }

    [Test]
    public async Task A_caller_may_publish_again_and_again_where_it_gets_its_answer(CancellationToken cancellationToken)
    {
        const int Callers = 4;
        const int Rounds = 50;
        await using var server = new ScriptedServer();
        var (test, peer) = await ConnectAsync(server, cancellationToken);
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

    /// <summary>Callers that keep the thread on which they get their answer, until they are released.</summary>
    private sealed class Keepers(ClientUnderTest test, bool dedicatedThread, CancellationToken cancellationToken) : IDisposable
    {
        private readonly ManualResetEventSlim _release = new();
        private readonly SemaphoreSlim _kept = new(0);

        public async Task PublishAsync()
        {
            await test.Client.PublishAsync(ClientUnderTest.Message(), cancellationToken);
            KeepThread();
        }

        public void KeepThread()
        {
            _kept.Release();
            _release.Wait(cancellationToken);
        }

        /// <summary>Waits for a caller that keeps its thread. When that is the client's own, the client looks twice until it takes another.</summary>
        public async Task RunOutOfPatienceAsync()
        {
            await _kept.WaitAsync(cancellationToken);
            if (dedicatedThread)
                test.Clock.Advance(2 * ReadingTurns.Patience);
        }

        public void Release() => _release.Set();

        public void Dispose()
        {
            _release.Dispose();
            _kept.Dispose();
        }
    }
}
