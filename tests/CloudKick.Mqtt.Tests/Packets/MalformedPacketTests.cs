using System.Buffers;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Packets;

/// <summary>What the specification forbids, clause by clause, as bytes.</summary>
internal sealed class MalformedPacketTests
{
    private const MqttProtocolVersion V311 = MqttProtocolVersion.V311;
    private const MqttProtocolVersion V5 = MqttProtocolVersion.V5;

    [TestCaseSource(nameof(Cases))]
    public void It_is_refused_with_its_clause_and_reason(string hex, MqttProtocolVersion version, MqttReasonCode reasonCode, string clause)
    {
        var exception = Assert.Throws<MqttProtocolException>(() => PacketBytes.Decode(new ReadOnlySequence<byte>(Packet(hex)), version));

        Assert.That(exception.ReasonCode, Is.EqualTo(reasonCode));
        Assert.That(exception.Clause, Is.EqualTo(clause));
        Assert.That(exception.Message, Does.Contain(clause));
    }

    private static IEnumerable<TestCaseData> Cases() =>
    [
        // PUBLISH
        Malformed("PUBLISH with QoS 3", "36 0001 61 0001", V311, "MQTT-3.3.1-4"),
        Malformed("PUBLISH with QoS 0 and DUP", "38 0001 61", V311, "MQTT-3.3.1-2"),
        Error("PUBLISH with packet identifier 0", "32 0001 61 0000", V311, "MQTT-2.2.1-3"),
        Case("PUBLISH to a wildcard #", "30 0003 61 2F 23", V311, MqttReasonCode.TopicNameInvalid, "MQTT-3.3.2-2"),
        Case("PUBLISH to a wildcard +", "30 0001 2B 00", V5, MqttReasonCode.TopicNameInvalid, "MQTT-3.3.2-2"),
        Error("PUBLISH without topic", "30 0000", V311, "MQTT-4.7.3-1"),
        Error("PUBLISH without topic or alias", "30 0000 00", V5, "MQTT-4.7.3-1"),
        Case("PUBLISH with topic alias 0", "30 0001 61 03 23 0000", V5, MqttReasonCode.TopicAliasInvalid, "MQTT-3.3.2-8"),
        Error("PUBLISH with a wildcard in Response Topic", "30 0001 61 04 08 0001 23", V5, "MQTT-3.3.2-14"),
        Error("PUBLISH with Payload Format Indicator 2", "30 0001 61 02 01 02", V5, "MQTT 5.0 §2.2.2.2"),
        Error("PUBLISH with Subscription Identifier 0", "30 0001 61 02 0B 00", V5, "MQTT 5.0 §2.2.2.2"),
        Malformed("PUBLISH whose topic is longer than the packet", "30 0005 61", V311, "MQTT 5.0 §2.1.4"),
        Malformed("PUBLISH without packet identifier", "32 0001 61", V311, "MQTT 5.0 §2.1.4"),
        Malformed("PUBLISH without property length", "30 0001 61", V5, "MQTT 5.0 §2.1.4"),

        // Strings and numbers
        Malformed("A string with U+0000", "30 0003 61 00 62", V311, "MQTT-1.5.4-2"),
        Malformed("A string with a stray continuation byte", "30 0001 80", V311, "MQTT-1.5.4-1"),
        Malformed("A string with an overlong encoding", "30 0002 C0 AF", V311, "MQTT-1.5.4-1"),
        Malformed("A string with a surrogate", "30 0003 ED A0 80", V311, "MQTT-1.5.4-1"),
        Malformed("A string cut inside a character", "30 0002 E2 82", V311, "MQTT-1.5.4-1"),
        Malformed("A variable byte integer of five bytes", "30 0001 61 80 80 80 80 01", V5, "MQTT 5.0 §1.5.5"),
        Malformed("A variable byte integer not in the fewest bytes", "30 0001 61 80 00", V5, "MQTT-1.5.5-1"),

        // Properties
        Error("A property twice", "30 0001 61 0A 02 00000001 02 00000001", V5, "MQTT 5.0 §2.2.2.2"),
        Malformed("A property of another packet", "30 0001 61 03 21 0001", V5, "MQTT 5.0 §2.2.2.2"),
        Malformed("An unknown property", "30 0001 61 02 7F 00", V5, "MQTT 5.0 §2.2.2.2"),
        Malformed("A property identifier of two bytes", "30 0001 61 03 81 01 00", V5, "MQTT 5.0 §2.2.2.2"),
        Malformed("Properties longer than the packet", "30 0001 61 05 01 01", V5, "MQTT 5.0 §2.1.4"),
        Malformed("A property cut short", "30 0001 61 03 02 0000", V5, "MQTT 5.0 §2.1.4"),
        Error("Subscription Identifier twice in SUBSCRIBE", "82 0001 04 0B 01 0B 02 0001 61 00", V5, "MQTT 5.0 §2.2.2.2"),

        // CONNECT
        Case("CONNECT by another name", "10 0004 48545450 05 02 0000 00 0000", V5, MqttReasonCode.UnsupportedProtocolVersion, "MQTT-3.1.2-1"),
        Case("CONNECT of MQTT 3.1", "10 0006 4D5149736470 03 02 0000 0000", V5, MqttReasonCode.UnsupportedProtocolVersion, "MQTT-3.1.2-2"),
        Case("CONNECT with level 6", "10 0004 4D515454 06 02 0000 0000", V5, MqttReasonCode.UnsupportedProtocolVersion, "MQTT-3.1.2-2"),
        Malformed("CONNECT with the reserved flag", "10 0004 4D515454 04 03 0000 0000", V311, "MQTT-3.1.2-3"),
        Malformed("CONNECT with will QoS and no will", "10 0004 4D515454 04 0A 0000 0000", V311, "MQTT-3.1.2-11, MQTT-3.1.2-13"),
        Malformed("CONNECT with will retain and no will", "10 0004 4D515454 04 22 0000 0000", V311, "MQTT-3.1.2-11, MQTT-3.1.2-13"),
        Malformed("CONNECT with will QoS 3", "10 0004 4D515454 04 1E 0000 0000 0001 61 0000", V311, "MQTT-3.1.2-12"),
        Malformed("CONNECT 3.1.1 with a password alone", "10 0004 4D515454 04 42 0000 0000 0001 61", V311, "MQTT-3.1.2-22"),
        Malformed("CONNECT with bytes left", "10 0004 4D515454 04 02 0000 0000 FF", V311, "MQTT 5.0 §2.1.4"),
        Malformed("CONNECT cut short", "10 0004 4D515454 04 02 00", V311, "MQTT 5.0 §2.1.4"),
        Malformed("CONNECT without the client id it announces", "10 0004 4D515454 04 02 0000 0004 61", V311, "MQTT 5.0 §2.1.4"),
        Case("CONNECT with a will to a wildcard", "10 0004 4D515454 04 06 0000 0000 0001 23 0000", V311, MqttReasonCode.TopicNameInvalid, "MQTT-3.1.3-11"),
        Error("CONNECT with Receive Maximum 0", "10 0004 4D515454 05 02 0000 03 21 0000 0000", V5, "MQTT 5.0 §2.2.2.2"),
        Error("CONNECT with Maximum Packet Size 0", "10 0004 4D515454 05 02 0000 05 27 00000000 0000", V5, "MQTT 5.0 §2.2.2.2"),
        Error("CONNECT with data of no authentication", "10 0004 4D515454 05 02 0000 04 16 0001 61 0000", V5, "MQTT 5.0 §3.1.2.11.10"),

        // CONNACK
        Malformed("CONNACK with reserved flags", "20 02 00", V311, "MQTT-3.2.2-1"),
        Malformed("CONNACK 3.1.1 with return code 6", "20 00 06", V311, "MQTT 3.1.1 §3.2.2.3"),
        Malformed("CONNACK with a reason of another packet", "20 00 8B 00", V5, "MQTT 5.0 §2.4"),
        Error("CONNACK with a session and a refusal", "20 01 05", V311, "MQTT-3.2.2-6"),
        Malformed("CONNACK with Maximum QoS missing", "20 00 00 01 24", V5, "MQTT 5.0 §2.1.4"),
        Error("CONNACK with Maximum QoS 2", "20 00 00 02 24 02", V5, "MQTT 5.0 §2.2.2.2"),

        // Acknowledgements
        Error("PUBACK 0", "40 0000", V311, "MQTT-2.2.1-3"),
        Malformed("PUBACK 3.1.1 with a reason", "40 0001 00", V311, "MQTT 5.0 §2.1.4"),
        Malformed("PUBACK with an unknown reason", "40 0001 42", V5, "MQTT 5.0 §2.4"),
        Malformed("PUBACK with bytes left", "40 0001 00 00 00", V5, "MQTT 5.0 §2.1.4"),
        Malformed("PUBREL with a reason of PUBACK", "62 0001 87", V5, "MQTT 5.0 §2.4"),
        Malformed("PUBCOMP of one byte", "70 00", V311, "MQTT 5.0 §2.1.4"),

        // SUBSCRIBE and UNSUBSCRIBE
        Error("SUBSCRIBE 0", "82 0000 0001 61 00", V311, "MQTT-2.2.1-3"),
        Error("SUBSCRIBE without a filter", "82 0001", V311, "MQTT-3.8.3-2"),
        Error("SUBSCRIBE with QoS 3", "82 0001 0001 61 03", V311, "MQTT 5.0 §3.8.3.1"),
        Malformed("SUBSCRIBE 3.1.1 with options of 5.0", "82 0001 0001 61 05", V311, "MQTT-3-8.3-4"),
        Malformed("SUBSCRIBE with reserved options", "82 0001 00 0001 61 40", V5, "MQTT-3.8.3-5"),
        Error("SUBSCRIBE with Retain Handling 3", "82 0001 00 0001 61 30", V5, "MQTT 5.0 §3.8.3.1"),
        Error("SUBSCRIBE with No Local on a shared subscription", "82 0001 00 000A 2473686172652F672F61 04", V5, "MQTT-3.8.3-4"),
        Case("SUBSCRIBE to a#", "82 0001 0002 61 23 00", V311, MqttReasonCode.TopicFilterInvalid, "MQTT 5.0 §4.7"),
        Case("SUBSCRIBE to nothing", "82 0001 0000 00", V311, MqttReasonCode.TopicFilterInvalid, "MQTT 5.0 §4.7"),
        Malformed("SUBSCRIBE without options", "82 0001 0001 61", V311, "MQTT 5.0 §2.1.4"),
        Error("UNSUBSCRIBE without a filter", "A2 0001", V311, "MQTT-3.10.3-2"),
        Case("UNSUBSCRIBE from a+", "A2 0001 0002 61 2B", V311, MqttReasonCode.TopicFilterInvalid, "MQTT 5.0 §4.7"),
        Malformed("SUBACK without reasons", "90 0001", V311, "MQTT-3.8.4-6"),
        Malformed("SUBACK 3.1.1 with a reason of 5.0", "90 0001 87", V311, "MQTT-3.9.3-2"),
        Malformed("UNSUBACK without reasons", "B0 0001 00", V5, "MQTT-3.11.3-1"),
        Malformed("UNSUBACK 3.1.1 with reasons", "B0 0001 00", V311, "MQTT 5.0 §2.1.4"),

        // The rest
        Malformed("PINGREQ with a body", "C0 00", V5, "MQTT 5.0 §2.1.4"),
        Malformed("PINGRESP with a body", "D0 00", V311, "MQTT 5.0 §2.1.4"),
        Malformed("DISCONNECT 3.1.1 with a reason", "E0 00", V311, "MQTT 5.0 §2.1.4"),
        Malformed("DISCONNECT with a reason of CONNACK", "E0 8A", V5, "MQTT 5.0 §2.4"),
        Malformed("AUTH in 3.1.1", "F0", V311, "MQTT 3.1.1 §2.2.1"),
        Malformed("AUTH with a failure", "F0 87 00", V5, "MQTT 5.0 §2.4"),
        Malformed("AUTH with a reason and no properties", "F0 18", V5, "MQTT 5.0 §2.1.4"),
    ];

    private static TestCaseData Malformed(string what, string hex, MqttProtocolVersion version, string clause) =>
        Case(what, hex, version, MqttReasonCode.MalformedPacket, clause);

    private static TestCaseData Error(string what, string hex, MqttProtocolVersion version, string clause) =>
        Case(what, hex, version, MqttReasonCode.ProtocolError, clause);

    private static TestCaseData Case(string what, string hex, MqttProtocolVersion version, MqttReasonCode reasonCode, string clause) =>
        new TestCaseData(hex, version, reasonCode, clause).SetArgDisplayNames(what);

    /// <summary>The first byte is the packet's; its length goes between it and the body.</summary>
    private static byte[] Packet(string hex)
    {
        var bytes = Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal));
        return [bytes[0], (byte)(bytes.Length - 1), .. bytes[1..]];
    }
}
