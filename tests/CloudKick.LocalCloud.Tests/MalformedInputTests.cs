using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

[CancelAfter(180_000)]
internal sealed class MalformedInputTests : CloudFixture
{
    private static IEnumerable<byte[]> Malformed =>
    [
        [0x00, 0x00],                                           // type 0
        [0xF0, 0x00, 0x00],                                     // AUTH, then type 0
        [0x30, 0xFF, 0xFF, 0xFF, 0xFF],                         // remaining length of five bytes
        [0x30, 0xFF, 0xFF, 0xFF, 0x7F],                         // 256 MB announced
        [0x36, 0x05, 0x00, 0x01, (byte)'a', 0x00, 0x01, 0x00],  // QoS 3
        [0x32, 0x06, 0x00, 0x01, (byte)'a', 0x00, 0x00, 0x00],  // QoS 1 with packet identifier 0
        [0x30, 0x03, 0x00, 0x05, (byte)'a'],                    // string longer than the packet
        [0x30, 0x05, 0x00, 0x02, 0xC0, 0x80, 0x00],             // bad UTF-8
        [0x80, 0x00],                                           // SUBSCRIBE with the wrong flags
        [0x82, 0x03, 0x00, 0x01, 0x00],                         // SUBSCRIBE without a filter
        [0x82, 0x09, 0x00, 0x01, 0x00, 0x00, 0x03, (byte)'a', (byte)'#', (byte)'b', 0x00], // bad filter
        [0x20, 0x02, 0x00, 0x00],                               // CONNACK from a client
        [0x62, 0x02, 0x00, 0x01],                               // PUBREL
    ];

    [Test]
    public async Task Costs_its_sender_the_connection_and_nobody_else_anything([ValueSource(nameof(Malformed))] byte[] bytes, CancellationToken cancellationToken)
    {
        var other = await ConnectAsync(Relay, cancellationToken);
        var bad = await ConnectAsync(Terminal, cancellationToken);

        await bad.SendBytesAsync(bytes, cancellationToken);

        var disconnect = await bad.ReceiveAsync<DisconnectPacket>(cancellationToken);
        Assert.That(disconnect.ReasonCode.IsFailure(), Is.True);
        await bad.ExpectClosedAsync(null, cancellationToken);
        await other.PingAsync(cancellationToken);
    }

    [Test]
    public async Task Noise_instead_of_CONNECT_closes([Range(1, 20)] int seed, CancellationToken cancellationToken)
    {
        var noise = new byte[200];
        new Random(seed).NextBytes(noise);
        noise[0] |= 0x20; // not CONNECT, so that the broker need not wait for the rest of one
        var client = await Cloud.OpenAsync(Terminal, cancellationToken);

        await client.SendBytesAsync(noise, cancellationToken);
        client.FinishSending();

        await client.ExpectClosedAsync(null, cancellationToken);
    }

    [Test]
    public async Task A_packet_cut_short_by_the_end_of_the_connection_ends_it(CancellationToken cancellationToken)
    {
        var client = await ConnectAsync(Terminal, cancellationToken);

        await client.SendBytesAsync(new byte[] { 0x30, 0x7F, 0x00 }, cancellationToken);
        client.FinishSending();

        await client.ExpectClosedAsync(null, cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
    }

    [Test]
    public async Task Bytes_one_by_one_are_as_good_as_any(CancellationToken cancellationToken)
    {
        var client = await Cloud.OpenAsync(Terminal, cancellationToken);
        var connect = new System.Buffers.ArrayBufferWriter<byte>();
        new ConnectPacket { Version = MqttProtocolVersion.V5, ClientIdentifier = Terminal }.Encode(connect);

        for (int i = 0; i < connect.WrittenCount; i++) await client.SendBytesAsync(connect.WrittenMemory.Slice(i, 1), cancellationToken);

        Assert.That((await client.ReceiveAsync<ConnAckPacket>(cancellationToken)).ReasonCode, Is.EqualTo(MqttReasonCode.Success));
    }
}
