using System.Collections.Concurrent;
using System.Diagnostics;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Mqtt.Tests.Client;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>A broker that does with each publish what the test wants: acknowledges it, if it wants nothing.</summary>
internal sealed class ScriptedCloud : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly ScriptedServer _server = new();
    private readonly Task _accepting;
    private int _connections;

    public ScriptedCloud() => _accepting = AcceptAsync();

    public int Port => _server.Port;

    /// <summary>The answer to CONNECT.</summary>
    public MqttReasonCode ConnectAnswer { get; set; }

    /// <summary>The answer to a publish: a reason code; null: none. Throws <see cref="Hangup"/> to close without a word.</summary>
    public Func<ScriptedPeer, PublishPacket, MqttReasonCode?> PublishAnswer { get; set; } = (_, _) => MqttReasonCode.Success;

    /// <summary>The answer to each filter of a subscription. Throws <see cref="Hangup"/> to close without a word.</summary>
    public Func<string, MqttReasonCode> SubscribeAnswer { get; set; } = _ => MqttReasonCode.GrantedQoS1;

    /// <summary>Everything that was published, with its connection and when it came.</summary>
    public ConcurrentQueue<(ScriptedPeer Peer, PublishPacket Packet, TimeSpan At)> Published { get; } = [];

    public ConcurrentQueue<string> Subscribed { get; } = [];

    /// <summary>When CONNECTs came, by client id.</summary>
    public ConcurrentQueue<(string ClientId, TimeSpan At)> Connects { get; } = [];

    /// <summary>Connections that were accepted so far.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _server.DisposeAsync();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    /// <summary>The clock of what it notes.</summary>
    public static TimeSpan Now => Stopwatch.GetElapsedTime(0);

    private async Task AcceptAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(ServeAsync(await _server.AcceptAsync(_stopping.Token)));
        }
        finally
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task ServeAsync(ScriptedPeer peer)
    {
        try
        {
            while (await peer.ReceiveAsync(_stopping.Token) is { } packet)
                await AnswerAsync(peer, packet);
        }
        catch (Hangup)
        {
            await peer.CloseAsync();
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException or ObjectDisposedException)
        {
            // The test is over, or the client has gone.
        }
    }

    private async Task AnswerAsync(ScriptedPeer peer, object packet)
    {
        switch (packet)
        {
            case ConnectPacket connect:
                Connects.Enqueue((connect.ClientIdentifier, Now));
                await peer.SendAsync(new ConnAckPacket { ReasonCode = ConnectAnswer }, _stopping.Token);
                if (ConnectAnswer != MqttReasonCode.Success)
                    throw new Hangup();
                Interlocked.Increment(ref _connections);
                break;
            case PublishPacket publish:
                Published.Enqueue((peer, publish, Now));
                if (PublishAnswer(peer, publish) is { } reason)
                    await peer.SendAsync(new PubAckPacket { PacketIdentifier = publish.PacketIdentifier, ReasonCode = reason }, _stopping.Token);
                break;
            case SubscribePacket subscribe:
                var reasons = subscribe.Subscriptions.Select(subscription => SubscribeAnswer(subscription.TopicFilter)).ToList();
                foreach (var subscription in subscribe.Subscriptions)
                    Subscribed.Enqueue(subscription.TopicFilter);
                await peer.SendAsync(new SubAckPacket { PacketIdentifier = subscribe.PacketIdentifier, ReasonCodes = reasons }, _stopping.Token);
                break;
            case PingReqPacket:
                await peer.SendAsync(new PingRespPacket(), _stopping.Token);
                break;
        }
    }

    /// <summary>Closes the connection without a word, as AWS IoT Core does when a policy forbids something.</summary>
    internal sealed class Hangup : Exception;
}
