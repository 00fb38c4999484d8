using CloudKick.Fuzzing.Engine;
using CloudKick.Mqtt;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>Property blocks by the specification's table 2-4: those of a packet in any order, each with a value of its type.</summary>
internal static class MqttProperties
{
    private const byte UserProperty = 0x26;
    private const byte SubscriptionIdentifier = 0x0B;
    private const byte AuthenticationMethod = 0x15;
    private const byte AuthenticationData = 0x16;
    private const int MostRepeated = 4;

    private static readonly Dictionary<MqttPacketType, byte[]> OfPacket = new()
    {
        [MqttPacketType.Connect] = [0x11, 0x21, 0x27, 0x22, 0x19, 0x17, AuthenticationMethod, AuthenticationData, UserProperty],
        [MqttPacketType.ConnAck] =
        [
            0x11, 0x21, 0x24, 0x25, 0x27, 0x12, 0x22, 0x1F, UserProperty, 0x28, 0x29, 0x2A, 0x13, 0x1A, 0x1C, AuthenticationMethod, AuthenticationData,
        ],
        [MqttPacketType.Publish] = [0x01, 0x02, 0x23, 0x08, 0x09, UserProperty, SubscriptionIdentifier, 0x03],
        [MqttPacketType.PubAck] = [0x1F, UserProperty],
        [MqttPacketType.PubRec] = [0x1F, UserProperty],
        [MqttPacketType.PubRel] = [0x1F, UserProperty],
        [MqttPacketType.PubComp] = [0x1F, UserProperty],
        [MqttPacketType.Subscribe] = [SubscriptionIdentifier, UserProperty],
        [MqttPacketType.SubAck] = [0x1F, UserProperty],
        [MqttPacketType.Unsubscribe] = [UserProperty],
        [MqttPacketType.UnsubAck] = [0x1F, UserProperty],
        [MqttPacketType.Disconnect] = [0x11, 0x1F, UserProperty, 0x1C],
        [MqttPacketType.Auth] = [AuthenticationMethod, AuthenticationData, 0x1F, UserProperty],
    };

    private static readonly byte[] OfWill = [0x18, 0x01, 0x02, 0x03, 0x08, 0x09, UserProperty];

    /// <summary>The block of a packet, behind its length. May be empty.</summary>
    public static void Write(FuzzRandom random, FuzzInput output, MqttPacketType type) => Write(random, output, OfPacket[type], type == MqttPacketType.Publish);

    /// <summary>The block of a will.</summary>
    public static void WriteWill(FuzzRandom random, FuzzInput output) => Write(random, output, OfWill, mayRepeatSubscription: false);

    private static void Write(FuzzRandom random, FuzzInput output, byte[] allowed, bool mayRepeatSubscription)
    {
        var start = output.Length;
        if (random.OneIn(2))
        {
            var first = random.Below(allowed.Length);
            var share = random.Between(1, 4);
            var method = false;
            for (var i = 0; i < allowed.Length; i++)
            {
                var property = allowed[(first + i) % allowed.Length];
                // Data needs a method (§3.1.2.11.10).
                if (!random.OneIn(share) || property == AuthenticationData)
                    continue;
                method |= property == AuthenticationMethod;
                var repeats = property == UserProperty || (property == SubscriptionIdentifier && mayRepeatSubscription);
                for (var times = repeats ? random.Between(1, MostRepeated) : 1; times > 0; times--)
                    WriteProperty(random, output, property);
            }
            if (method && random.OneIn(2))
                WriteProperty(random, output, AuthenticationData);
        }
        MqttGrammar.InsertLength(output, start);
    }

    private static void WriteProperty(FuzzRandom random, FuzzInput output, byte property)
    {
        output.Add(property);
        switch (property)
        {
            case 0x01 or 0x17 or 0x19 or 0x24 or 0x25 or 0x28 or 0x29 or 0x2A:
                output.Add((byte)random.Below(2));
                break;
            case 0x02 or 0x11:
                output.AddUInt32((uint)random.Next() >> random.Below(32));
                break;
            case 0x18 or 0x27:
                output.AddUInt32(1 + ((uint)random.Next() >> (1 + random.Below(31))));
                break;
            case 0x13 or 0x22:
                output.AddUInt16(random.Below(0x10000));
                break;
            case 0x21 or 0x23:
                output.AddUInt16(random.Between(1, 0xFFFF));
                break;
            case SubscriptionIdentifier:
                MqttGrammar.WriteVariableByteInteger(output, random.Between(1, 0xFFFFFFF >> random.Below(28)));
                break;
            case 0x09 or AuthenticationData:
                MqttGrammar.WriteBinary(random, output);
                break;
            case 0x08:
                MqttGrammar.WriteString(output, MqttGrammar.Topic(random));
                break;
            case UserProperty:
                MqttGrammar.WriteString(output, MqttGrammar.Text(random));
                MqttGrammar.WriteString(output, MqttGrammar.Text(random));
                break;
            default:
                MqttGrammar.WriteString(output, MqttGrammar.Text(random));
                break;
        }
    }
}
