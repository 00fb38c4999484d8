using CloudKick.Fuzzing.Engine;
using CloudKick.Fuzzing.Mqtt;
using CloudKick.Mqtt;

namespace CloudKick.Fuzzing.Tests;

/// <summary>What a broker must not send is found.</summary>
internal sealed class BrokerOutputTests
{
    [TestCase("20020000 D000", MqttProtocolVersion.V311)]
    [TestCase("2003000000 E000", MqttProtocolVersion.V5)]
    public void Packets_of_a_server_are_right(string hex, MqttProtocolVersion version) =>
        Assert.That(() => BrokerOutput.Check(Bytes(hex), version, torn: false), Throws.Nothing);

    [TestCase("20020000 C000", MqttProtocolVersion.V311, Description = "PINGREQ is a client's")]
    [TestCase("20020000 E000", MqttProtocolVersion.V311, Description = "3.1.1 has no DISCONNECT from a server")]
    [TestCase("20020000 3010", MqttProtocolVersion.V311, Description = "half a packet")]
    public void What_no_server_sends_is_a_fault(string hex, MqttProtocolVersion version) =>
        Assert.That(() => BrokerOutput.Check(Bytes(hex), version, torn: false), Throws.TypeOf<FuzzFault>());

    [Test]
    public void Half_a_packet_is_right_where_the_connection_broke() =>
        Assert.That(() => BrokerOutput.Check(Bytes("200200003010"), MqttProtocolVersion.V311, torn: true), Throws.Nothing);

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
}
