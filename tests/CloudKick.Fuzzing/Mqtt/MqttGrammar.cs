using CloudKick.Fuzzing.Engine;
using CloudKick.Mqtt;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>
/// MQTT 3.1.1 and 5 packets, written from the specification and without the product's encoder. Everything in its shortest form, so that
/// what is decoded is encoded again in the same bytes, but for the order of properties.
/// </summary>
internal sealed class MqttGrammar(MqttProtocolVersion version)
{
    private const int LongText = 300;
    private const int LongPayload = 3_000;

    private static readonly string[] Texts = ["", "a", "NL000101", "é€😀", "\uFEFFmark", "application/json", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"];
    private static readonly string[] Topics = ["a", "a/b", "/", "NL-CAT/NL000101", "NL-CAT/NL000101/ack", "$aws/events/presence/connected/a", " ", "é/€/😀"];
    private static readonly string[] Filters = ["a", "#", "+", "a/+/b", "a/#", "NL-CAT/#", "NL-CAT/+/ack", "$share/g/a/#", "/+", "$aws/events/#"];
    private static readonly string[] ClientIds = ["", "a", "b", "NL000101", "relay-1", "$share", "é"];
    private static readonly byte[] V5ConnAck = [0x00, 0x00, 0x00, 0x80, 0x84, 0x87, 0x89, 0x97, 0x9F];
    private static readonly byte[] V5SubAck = [0x00, 0x01, 0x02, 0x80, 0x87, 0x9E, 0xA2];
    private static readonly byte[] V311SubAck = [0x00, 0x01, 0x02, 0x80];
    private static readonly byte[] UnsubAck = [0x00, 0x11, 0x80, 0x87];
    private static readonly byte[] PubAck = [0x00, 0x00, 0x10, 0x80, 0x97];
    private static readonly byte[] PubRel = [0x00, 0x00, 0x92];
    private static readonly byte[] Disconnect = [0x00, 0x00, 0x04, 0x80, 0x82, 0x8E, 0xA2];
    private static readonly byte[] Auth = [0x00, 0x18, 0x19];

    private static readonly MqttPacketType[] Types = Enum.GetValues<MqttPacketType>();

    private bool IsV5 => version == MqttProtocolVersion.V5;

    /// <summary>Any packet of the version.</summary>
    public void Write(FuzzRandom random, FuzzInput output)
    {
        var type = random.Of(Types);
        Write(random, output, type == MqttPacketType.Auth && !IsV5 ? MqttPacketType.Publish : type);
    }

    /// <summary>A packet of this type.</summary>
    public void Write(FuzzRandom random, FuzzInput output, MqttPacketType type)
    {
        var start = output.Length;
        var flags = type is MqttPacketType.PubRel or MqttPacketType.Subscribe or MqttPacketType.Unsubscribe ? 2 : 0;
        switch (type)
        {
            case MqttPacketType.Connect: WriteConnect(random, output); break;
            case MqttPacketType.ConnAck: WriteConnAck(random, output); break;
            case MqttPacketType.Publish: flags = WritePublish(random, output); break;
            case MqttPacketType.PubAck or MqttPacketType.PubRec: WriteAcknowledgement(random, output, type, PubAck); break;
            case MqttPacketType.PubRel or MqttPacketType.PubComp: WriteAcknowledgement(random, output, type, PubRel); break;
            case MqttPacketType.Subscribe: WriteSubscribe(random, output); break;
            case MqttPacketType.SubAck: WriteCodes(random, output, type, IsV5 ? V5SubAck : V311SubAck); break;
            case MqttPacketType.Unsubscribe: WriteUnsubscribe(random, output); break;
            case MqttPacketType.UnsubAck: WriteCodes(random, output, type, IsV5 ? UnsubAck : []); break;
            case MqttPacketType.Disconnect when IsV5: WriteReason(random, output, type, Disconnect, propertiesAlways: false); break;
            case MqttPacketType.Auth: WriteReason(random, output, type, Auth, propertiesAlways: true); break;
        }
        InsertLength(output, start);
        output.Shift(start, 1);
        output.Bytes[start] = (byte)(((byte)type << 4) | flags);
    }

    public static string Topic(FuzzRandom random) => random.OneIn(20) ? new string('t', random.Between(1, LongText)) : random.Of(Topics);

    public static string Text(FuzzRandom random) => random.OneIn(20) ? new string('x', random.Between(0, LongText)) : random.Of(Texts);

    public static void WriteString(FuzzInput output, string text)
    {
        var start = output.Length;
        output.AddUInt16(0);
        output.Add(text);
        var length = output.Length - start - sizeof(ushort);
        (output.Bytes[start], output.Bytes[start + 1]) = ((byte)(length >> 8), (byte)length);
    }

    public static void WriteBinary(FuzzRandom random, FuzzInput output)
    {
        var length = random.Below(1 + random.Below(100));
        output.AddUInt16(length);
        random.Fill(output.Grow(length));
    }

    public static void WriteVariableByteInteger(FuzzInput output, int value)
    {
        for (; value > 0x7F; value >>= 7)
            output.Add((byte)(value | 0x80));
        output.Add((byte)value);
    }

    /// <summary>Puts the length of what was written since <paramref name="start"/> before it.</summary>
    public static void InsertLength(FuzzInput output, int start)
    {
        var length = output.Length - start;
        output.Shift(start, length switch { < 0x80 => 1, < 0x4000 => 2, < 0x200000 => 3, _ => 4 });
        for (; length > 0x7F; length >>= 7)
            output.Bytes[start++] = (byte)(length | 0x80);
        output.Bytes[start] = (byte)length;
    }

    private void WriteConnect(FuzzRandom random, FuzzInput output)
    {
        var (will, userName) = (random.OneIn(3), random.OneIn(3));
        var password = random.OneIn(3) && (userName || IsV5);
        WriteString(output, "MQTT");
        output.Add((byte)version);
        output.Add((byte)((userName ? 0x80 : 0) | (password ? 0x40 : 0) | (will ? 0x04 | (random.Below(3) << 3) | (random.Below(2) << 5) : 0) | (random.Below(2) << 1)));
        output.AddUInt16(random.Below(0x10000));
        if (IsV5)
            MqttProperties.Write(random, output, MqttPacketType.Connect);
        WriteString(output, random.Of(ClientIds));
        if (will)
        {
            if (IsV5)
                MqttProperties.WriteWill(random, output);
            WriteString(output, Topic(random));
            WriteBinary(random, output);
        }
        if (userName)
            WriteString(output, Text(random));
        if (password)
            WriteBinary(random, output);
    }

    private void WriteConnAck(FuzzRandom random, FuzzInput output)
    {
        var code = IsV5 ? random.Of(V5ConnAck) : (byte)random.Below(6);
        output.Add(code == 0 ? (byte)random.Below(2) : (byte)0);
        output.Add(code);
        if (IsV5)
            MqttProperties.Write(random, output, MqttPacketType.ConnAck);
    }

    private int WritePublish(FuzzRandom random, FuzzInput output)
    {
        var qualityOfService = random.Below(3);
        WriteString(output, Topic(random));
        if (qualityOfService > 0)
            output.AddUInt16(random.Between(1, 0xFFFF));
        if (IsV5)
            MqttProperties.Write(random, output, MqttPacketType.Publish);
        random.Fill(output.Grow(random.Below(1 + random.Below(random.OneIn(10) ? LongPayload : 50))));
        return (qualityOfService > 0 ? random.Below(2) << 3 : 0) | (qualityOfService << 1) | random.Below(2);
    }

    private void WriteAcknowledgement(FuzzRandom random, FuzzInput output, MqttPacketType type, byte[] codes)
    {
        output.AddUInt16(random.Between(1, 0xFFFF));
        if (IsV5)
            WriteReason(random, output, type, codes, propertiesAlways: false);
    }

    /// <summary>Reason code and properties; what says nothing is left out, as the shortest form has it.</summary>
    private static void WriteReason(FuzzRandom random, FuzzInput output, MqttPacketType type, byte[] codes, bool propertiesAlways)
    {
        var code = random.Of(codes);
        var start = output.Length;
        output.Add(code);
        MqttProperties.Write(random, output, type);
        if (output.Length == start + 2)
            output.Truncate(code == 0 ? start : propertiesAlways ? start + 2 : start + 1);
    }

    private void WriteSubscribe(FuzzRandom random, FuzzInput output)
    {
        output.AddUInt16(random.Between(1, 0xFFFF));
        if (IsV5)
            MqttProperties.Write(random, output, MqttPacketType.Subscribe);
        for (var count = random.Between(1, 10); count > 0; count--)
        {
            var filter = random.Of(Filters);
            WriteString(output, filter);
            // No Local does not go with a shared subscription (MQTT-3.8.3-4).
            output.Add((byte)(random.Below(3) | (!IsV5 ? 0 : (filter[0] == '$' ? 0 : random.Below(2) << 2) | (random.Below(2) << 3) | (random.Below(3) << 4))));
        }
    }

    private void WriteUnsubscribe(FuzzRandom random, FuzzInput output)
    {
        output.AddUInt16(random.Between(1, 0xFFFF));
        if (IsV5)
            MqttProperties.Write(random, output, MqttPacketType.Unsubscribe);
        for (var count = random.Between(1, 10); count > 0; count--)
            WriteString(output, random.Of(Filters));
    }

    private void WriteCodes(FuzzRandom random, FuzzInput output, MqttPacketType type, byte[] codes)
    {
        output.AddUInt16(random.Between(1, 0xFFFF));
        if (IsV5)
            MqttProperties.Write(random, output, type);
        for (var count = codes.Length == 0 ? 0 : random.Between(1, 10); count > 0; count--)
            output.Add(random.Of(codes));
    }
}
