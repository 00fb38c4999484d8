using CloudKick.Mqtt.Packets;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>Whatever a client does, it does the same on the thread pool and on a thread of its own.</summary>
/// <param name="dedicatedThread"><see cref="MqttClientOptions.DedicatedThread"/>.</param>
[TestFixture(false)]
[TestFixture(true)]
internal abstract class ClientTests(bool dedicatedThread)
{
    protected bool DedicatedThread => dedicatedThread;

    /// <summary>A client that has not connected.</summary>
    protected ClientUnderTest Create(MqttEndpoint endpoint, Func<MqttClientOptions, MqttClientOptions>? configure = null) =>
        new(endpoint, options => (configure?.Invoke(options) ?? options) with { DedicatedThread = dedicatedThread });

    /// <summary>A client and the server's end of its connection.</summary>
    protected async Task<(ClientUnderTest Test, ScriptedPeer Peer)> ConnectAsync(
        ScriptedServer server, CancellationToken cancellationToken, Func<MqttClientOptions, MqttClientOptions>? configure = null,
        ConnAckPacket? connAck = null, MqttProtocolVersion version = MqttProtocolVersion.V5)
    {
        var test = Create(server.Endpoint, options => (configure?.Invoke(options) ?? options) with { Version = version });
        var accepting = server.AcceptMqttAsync(cancellationToken, connAck, version);
        await test.Client.ConnectAsync(cancellationToken);
        return (test, await accepting);
    }
}
