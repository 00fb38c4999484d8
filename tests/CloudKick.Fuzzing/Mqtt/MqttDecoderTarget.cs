using System.Buffers;
using CloudKick.Fuzzing.Engine;
using CloudKick.Mqtt;
using CloudKick.Testing;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>
/// The codec that client and broker share: packets in a row, valid and damaged. What it accepts, it can write, and reads again as the
/// same; cut into pieces or dribbling in, the bytes mean what they mean in one piece.
/// </summary>
internal sealed class MqttDecoderTarget(MqttProtocolVersion version) : IFuzzTarget
{
    private const int SmallMaximum = 1024;
    private const int MostPackets = 3;
    private const int MostCuts = 6;
    private const int FixedAllocation = 16 * 1024;
    // Two bytes of length and none of text make a user property: an object, and its place in a list that doubles.
    private const int AllocationPerByte = 64;

    private readonly MqttGrammar _grammar = new(version);
    private readonly Mutator _mutator = new("\0\u0004MQTT"u8.ToArray(), [0xFF, 0xFF, 0xFF, 0x7F], [0x80, 0x80, 0x80, 0x80], [0x26, 0, 0, 0, 0], [0xED, 0xA0, 0x80], [0xC0, 0x80]);
    private readonly FuzzRandom _cuts = new();
    private readonly Reading _whole = new();
    private readonly Reading _other = new();

    public string Name => version == MqttProtocolVersion.V5 ? "mqtt-5" : "mqtt-311";

    public string Description => $"MQTT {(version == MqttProtocolVersion.V5 ? "5" : "3.1.1")} packets, as client and broker read them";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        for (var count = random.Between(1, MostPackets); count > 0; count--)
        {
            var start = input.Length;
            _grammar.Write(random, input);
            if (random.OneIn(3))
                _mutator.Mutate(input, random, start);
            else
                input.IsValid |= start == 0;
        }
        if (random.OneIn(4))
            _mutator.Mutate(input, random);
        input.Choice = random.Next();
    }

    public bool Take(FuzzInput input)
    {
        _whole.Read(new ReadOnlySequence<byte>(input.Memory), version, Maximum(input));
        return _whole.Clause is null && _whole.Left == 0;
    }

    public void Check(FuzzInput input)
    {
        _other.Read(Cut(input), version, Maximum(input));
        FuzzFault.Unless(_other.IsSameAs(_whole), $"In one piece: {_whole}. In several: {_other}.");
        CheckDribble(input);

        _whole.Write(version);
        _other.Write(version);
        FuzzFault.Unless(_other.Written.SequenceEqual(_whole.Written), "In several pieces it reads as other packets.");
        if (input.IsValid)
            FuzzFault.Unless(IsPermutation(_whole.Written, input.Bytes), "Written again it is not what was read.");
        _other.Read(new ReadOnlySequence<byte>(_whole.WrittenMemory), version, MqttFrame.LargestPacket);
        FuzzFault.Unless(_other.Clause is null && _other.Left == 0, $"What was accepted and written again is not accepted: {_other}.");
        _other.Write(version);
        FuzzFault.Unless(_other.Written.SequenceEqual(_whole.Written), "Written and read twice it is something else.");
    }

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    private static int Maximum(FuzzInput input) => !input.IsValid && input.Choice % 4 == 0 ? SmallMaximum : MqttFrame.LargestPacket;

    private ReadOnlySequence<byte> Cut(FuzzInput input)
    {
        if (input.Length < 64 && input.Choice % 3 == 0)
            return input.Length == 0 ? ReadOnlySequence<byte>.Empty : Segments.OneByteEach(input.Memory);
        _cuts.Begin(input.Choice, 0);
        var cuts = new int[_cuts.Between(1, MostCuts)];
        foreach (ref var cut in cuts.AsSpan())
            cut = _cuts.Below(input.Length + 1);
        Array.Sort(cuts);
        var pieces = new ReadOnlyMemory<byte>[cuts.Length + 1];
        for (var i = 0; i <= cuts.Length; i++)
            pieces[i] = input.Memory[(i == 0 ? 0 : cuts[i - 1])..(i == cuts.Length ? input.Length : cuts[i])];
        return Segments.Of(pieces);
    }

    /// <summary>Frames come out of what is there so far exactly as they come out of the whole.</summary>
    private void CheckDribble(FuzzInput input)
    {
        _cuts.Begin(input.Choice, 1);
        var whole = Frames(input, () => input.Length);
        var dribbling = Frames(input, () => _cuts.Between(1, 1 + (input.Length / 4)));
        FuzzFault.Unless(whole == dribbling, $"In one piece: {whole}. Dribbling in: {dribbling}.");
    }

    /// <summary>How many frames there are when so many bytes come at a time, how many bytes are left of them, and what was wrong.</summary>
    private static (int Count, int Left, string? Clause) Frames(FuzzInput input, Func<int> next)
    {
        var (taken, count) = (0, 0);
        for (var there = 0; there < input.Length;)
        {
            there = Math.Min(input.Length, there + next());
            var buffer = new ReadOnlySequence<byte>(input.Memory[taken..there]);
            try
            {
                while (MqttFrame.TryRead(ref buffer, Maximum(input), out _))
                    count++;
            }
            catch (MqttProtocolException exception)
            {
                return (count, input.Length - there + (int)buffer.Length, exception.Clause);
            }
            taken = there - (int)buffer.Length;
        }
        return (count, input.Length - taken, null);
    }

    /// <summary>The order of properties is free; nothing may be lost or added.</summary>
    private static bool IsPermutation(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (var value in left)
            counts[value]++;
        foreach (var value in right)
            counts[value]--;
        return !counts.ContainsAnyExcept(0);
    }

    /// <summary>What reading came to: the packets up to the first fault, as a connection reads them, and how it ended.</summary>
    private sealed class Reading
    {
        private readonly List<object> _packets = [];
        private readonly ArrayBufferWriter<byte> _written = new();

        /// <summary>The broken clause; null for none.</summary>
        public string? Clause { get; private set; }

        public long Left { get; private set; }

        public ReadOnlySpan<byte> Written => _written.WrittenSpan;

        public ReadOnlyMemory<byte> WrittenMemory => _written.WrittenMemory;

        public void Read(ReadOnlySequence<byte> bytes, MqttProtocolVersion version, int maximum)
        {
            _packets.Clear();
            Clause = null;
            try
            {
                while (MqttFrame.TryRead(ref bytes, maximum, out var frame))
                    _packets.Add(PacketBytes.Decode(frame, version));
            }
            catch (MqttProtocolException exception)
            {
                FuzzFault.Unless(exception.ReasonCode.IsFailure(), "The reason code is none of a failure.");
                Clause = exception.Clause;
            }
            Left = bytes.Length;
        }

        /// <summary>The packets in bytes again.</summary>
        public void Write(MqttProtocolVersion version)
        {
            _written.ResetWrittenCount();
            foreach (var packet in _packets)
                PacketBytes.Encode(packet, _written, version);
        }

        public bool IsSameAs(Reading other) => Clause == other.Clause && Left == other.Left && _packets.Count == other._packets.Count;

        public override string ToString() => $"{_packets.Count} packets, {Left} bytes left, {Clause ?? "no fault"}";
    }
}
