using CloudKick.Fuzzing.Engine;
using CloudKick.Mqtt;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>
/// What up to three clients send to a broker, one after the other: CONNECT mostly first, then packets that mostly make sense, out of
/// order, damaged, cut apart; and time that passes. Clients share few names and topics, so that they meet.
/// </summary>
internal static class SessionScript
{
    public const int MostClients = 3;

    /// <summary>The tag of a part that is no client's: time passes, as many seconds as its bytes say.</summary>
    public const int TimePasses = MostClients;

    /// <summary>The tags of these and more: the client of that number closes its connection.</summary>
    public const int Closes = MostClients + 1;

    private const int MostSteps = 14;

    private static readonly MqttProtocolVersion[] Versions = [MqttProtocolVersion.V311, MqttProtocolVersion.V5];
    private static readonly MqttGrammar V311 = new(MqttProtocolVersion.V311);
    private static readonly MqttGrammar V5 = new(MqttProtocolVersion.V5);
    private static readonly Mutator Mutator = new("\0\u0004MQTT"u8.ToArray(), "$share/"u8.ToArray(), "$aws/certificates/create-from-csr/json"u8.ToArray(), [0xFF, 0xFF, 0xFF, 0x7F]);

    private static readonly MqttPacketType[] OfClients =
    [
        MqttPacketType.Publish, MqttPacketType.Publish, MqttPacketType.Publish, MqttPacketType.Publish, MqttPacketType.Subscribe, MqttPacketType.Subscribe,
        MqttPacketType.Subscribe, MqttPacketType.PubAck, MqttPacketType.Unsubscribe, MqttPacketType.PingReq, MqttPacketType.Disconnect,
        MqttPacketType.Connect, MqttPacketType.PubRel, MqttPacketType.PubRec, MqttPacketType.PubComp, MqttPacketType.Auth, MqttPacketType.ConnAck, MqttPacketType.SubAck,
    ];

    public static void Generate(FuzzRandom random, FuzzInput input)
    {
        var clients = random.Between(1, MostClients);
        Span<MqttProtocolVersion> versions = stackalloc MqttProtocolVersion[clients];
        for (var client = 0; client < clients; client++)
        {
            versions[client] = random.Of(Versions);
            if (!random.OneIn(10))
                AddPacket(random, input, client, versions[client], MqttPacketType.Connect, oneDamagedIn: 10);
        }
        for (var steps = random.Below(MostSteps); steps > 0; steps--)
        {
            var client = random.Below(clients);
            if (random.OneIn(20))
                AddTime(random, input);
            else if (random.OneIn(20))
                AddReturn(random, input, client, versions[client]);
            else
                AddPacket(random, input, client, versions[client], random.Of(OfClients), oneDamagedIn: 6);
        }
    }

    /// <summary>How long the part lets pass.</summary>
    public static TimeSpan Time(ReadOnlySpan<byte> part) => TimeSpan.FromSeconds((part[0] << 8) | part[1]);

    private static void AddTime(FuzzRandom random, FuzzInput input)
    {
        var start = input.Length;
        input.AddUInt16(random.Below(1 << random.Below(17)));
        input.Parts.Add(new FuzzPart(TimePasses, start, input.Length - start));
    }

    /// <summary>The client loses its connection and comes again.</summary>
    private static void AddReturn(FuzzRandom random, FuzzInput input, int client, MqttProtocolVersion version)
    {
        input.Parts.Add(new FuzzPart(Closes + client, input.Length, 0));
        AddPacket(random, input, client, version, MqttPacketType.Connect, oneDamagedIn: 20);
    }

    private static void AddPacket(FuzzRandom random, FuzzInput input, int client, MqttProtocolVersion version, MqttPacketType type, int oneDamagedIn)
    {
        var start = input.Length;
        (version == MqttProtocolVersion.V5 ? V5 : V311).Write(random, input, type == MqttPacketType.Auth && version == MqttProtocolVersion.V311 ? MqttPacketType.PingReq : type);
        if (random.OneIn(oneDamagedIn))
            Mutator.Mutate(input, random, start);
        // A packet in two pieces.
        if (input.Length - start > 1 && random.OneIn(6))
        {
            var cut = random.Between(1, input.Length - start - 1);
            input.Parts.Add(new FuzzPart(client, start, cut));
            start += cut;
        }
        input.Parts.Add(new FuzzPart(client, start, input.Length - start));
    }
}
