using System.Buffers;
using System.Buffers.Binary;
using CloudKick.Fuzzing.Engine;
using CloudKick.Opi;
using CloudKick.Testing;

namespace CloudKick.Fuzzing.Opi;

/// <summary>
/// OPI's frames: a stream of them, whole, cut short, announced too long, empty. A plain model of the framing, written apart from the
/// product's, says what must come out; in several pieces the same comes out.
/// </summary>
internal sealed class OpiFrameTarget : IFuzzTarget
{
    private const int SmallMaximum = 200;
    private const int MostFrames = 5;
    private const int FixedAllocation = 4 * 1024;

    private readonly Mutator _mutator = new([0, 0, 0, 0], [0, 4, 0, 0], [0, 4, 0, 1], [0xFF, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 0]);
    private readonly FuzzRandom _cuts = new();
    private readonly List<(long Start, long Length)> _frames = [];
    private readonly List<(long Start, long Length)> _other = [];
    private bool _tooLarge;
    private long _left;

    public string Name => "opi-frames";

    public string Description => "OPI's length prefixes, as the TAS reads them";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        for (var count = random.Below(MostFrames + 1); count > 0; count--)
        {
            var length = random.Below(1 + random.Below(random.OneIn(20) ? 2 * SmallMaximum : 60));
            input.AddUInt32((uint)length);
            random.Fill(input.Grow(length));
        }
        input.Choice = random.Next();
        input.IsValid = true;
        if (random.OneIn(2))
            _mutator.Mutate(input, random);
    }

    public bool Take(FuzzInput input)
    {
        (_tooLarge, _left) = Read(new ReadOnlySequence<byte>(input.Memory), Maximum(input), _frames);
        return !_tooLarge && _left == 0;
    }

    public void Check(FuzzInput input)
    {
        var (tooLarge, left) = Model(input.Bytes, Maximum(input));
        FuzzFault.Unless(tooLarge == _tooLarge && left == _left && _other.SequenceEqual(_frames), $"{Told(_tooLarge, _left, _frames)}, and by the model {Told(tooLarge, left, _other)}.");
        if (input.Length == 0)
            return;
        _cuts.Begin(input.Choice, 0);
        var (first, second) = (_cuts.Below(input.Length), _cuts.Below(input.Length));
        (first, second) = (Math.Min(first, second), Math.Max(first, second));
        (tooLarge, left) = Read(Segments.Of(input.Memory[..first], input.Memory[first..second], input.Memory[second..]), Maximum(input), _other);
        FuzzFault.Unless(tooLarge == _tooLarge && left == _left && _other.SequenceEqual(_frames), $"{Told(_tooLarge, _left, _frames)}, and in pieces {Told(tooLarge, left, _other)}.");
    }

    public long AllocationLimit(int length) => FixedAllocation;

    private static int Maximum(FuzzInput input) => input.Choice % 2 == 0 && !input.IsValid ? SmallMaximum : OpiLimits.DocumentLength;

    private static (bool TooLarge, long Left) Read(ReadOnlySequence<byte> bytes, int maximum, List<(long Start, long Length)> frames)
    {
        frames.Clear();
        var length = bytes.Length;
        try
        {
            while (OpiFrame.TryRead(ref bytes, maximum, out var document))
                frames.Add((length - bytes.Length - document.Length, document.Length));
        }
        catch (OpiFrameTooLargeException exception)
        {
            FuzzFault.Unless(exception.Length > maximum, $"{exception.Length} bytes are not too large.");
            return (true, bytes.Length);
        }
        return (false, bytes.Length);
    }

    private (bool TooLarge, long Left) Model(ReadOnlySpan<byte> bytes, int maximum)
    {
        _other.Clear();
        var at = 0;
        while (bytes.Length - at >= sizeof(uint))
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
            if (length > maximum)
                return (true, bytes.Length - at);
            if (bytes.Length - at - sizeof(uint) < length)
                break;
            if (length > 0)
                _other.Add((at + sizeof(uint), length));
            at += sizeof(uint) + (int)length;
        }
        return (false, bytes.Length - at);
    }

    private static string Told(bool tooLarge, long left, List<(long Start, long Length)> frames) =>
        $"{string.Join(' ', frames)}, {left} bytes left{(tooLarge ? ", too large" : "")}";
}
