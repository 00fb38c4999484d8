using System.Buffers;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Packets;

/// <summary>Reason codes on a connection that speaks 3.1.1.</summary>
internal sealed class ReturnCodeTests
{
    [TestCase(MqttReasonCode.Success, 0)]
    [TestCase(MqttReasonCode.UnsupportedProtocolVersion, 1)]
    [TestCase(MqttReasonCode.ClientIdentifierNotValid, 2)]
    [TestCase(MqttReasonCode.ServerUnavailable, 3)]
    [TestCase(MqttReasonCode.BadUserNameOrPassword, 4)]
    [TestCase(MqttReasonCode.NotAuthorized, 5)]
    public void Return_codes_of_connack_are_translated_both_ways(MqttReasonCode reasonCode, byte returnCode)
    {
        var bytes = PacketBytes.Encode(new ConnAckPacket { ReasonCode = reasonCode }, MqttProtocolVersion.V311);

        Assert.That(bytes, Is.EqualTo(new byte[] { 0x20, 2, 0, returnCode }));
        Assert.That(((ConnAckPacket)PacketBytes.Decode(new ReadOnlySequence<byte>(bytes), MqttProtocolVersion.V311)).ReasonCode, Is.EqualTo(reasonCode));
    }

    [TestCase(MqttReasonCode.Banned, 5)]
    [TestCase(MqttReasonCode.QuotaExceeded, 3)]
    [TestCase(MqttReasonCode.ServerBusy, 3)]
    public void A_reason_without_a_return_code_becomes_the_nearest(MqttReasonCode reasonCode, byte returnCode) =>
        Assert.That(PacketBytes.Encode(new ConnAckPacket { ReasonCode = reasonCode }, MqttProtocolVersion.V311)[3], Is.EqualTo(returnCode));

    [Test]
    public void Every_refused_subscription_is_0x80() => Assert.That(
        PacketBytes.Encode(new SubAckPacket { PacketIdentifier = 1, ReasonCodes = [MqttReasonCode.NotAuthorized, MqttReasonCode.GrantedQoS1] }, MqttProtocolVersion.V311),
        Is.EqualTo(new byte[] { 0x90, 4, 0, 1, 0x80, 1 }));

    [Test]
    public void Properties_and_reasons_are_left_out() => Assert.That(
        PacketBytes.Encode(new PubAckPacket(1, MqttReasonCode.NotAuthorized) { ReasonString = "no" }, MqttProtocolVersion.V311),
        Is.EqualTo(new byte[] { 0x40, 2, 0, 1 }));
}
