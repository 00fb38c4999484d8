using System.Buffers.Binary;

namespace CloudKick.Fuzzing.Engine;

/// <summary>Damages bytes the way networks, other programmers and attackers do; a few times over, each time in one of ten ways.</summary>
internal sealed class Mutator(params byte[][] words)
{
    private const int MostMutations = 6;
    private const int MostRepeats = 64;

    private static readonly byte[] BoundaryBytes = [0x00, 0x01, 0x04, 0x7F, 0x80, 0x81, 0xC0, 0xED, 0xFE, 0xFF];
    private static readonly uint[] BoundaryNumbers = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x100, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF];

    /// <summary>Changes what stands from <paramref name="start"/> to the end.</summary>
    public void Mutate(FuzzInput input, FuzzRandom random, int start = 0)
    {
        input.IsValid = false;
        var count = 1 + Math.Min(random.Below(MostMutations), random.Below(MostMutations));
        for (var i = 0; i < count; i++)
            MutateOnce(input, random, start);
        input.Truncate(FuzzInput.MaximumLength);
    }

    private void MutateOnce(FuzzInput input, FuzzRandom random, int start)
    {
        var length = input.Length - start;
        if (length == 0)
        {
            random.Fill(input.Grow(random.Between(1, 8)));
            return;
        }
        var at = start + random.Below(length);
        var some = Math.Min(input.Length - at, 1 + random.Below(1 + random.Below(32)));
        switch (random.Below(10))
        {
            case 0: input.Bytes[at] ^= (byte)(1 << random.Below(8)); break;
            case 1: input.Bytes[at] = random.NextByte(); break;
            case 2: input.Bytes[at] = random.Of(BoundaryBytes); break;
            case 3: input.Shift(at, -some); break;
            case 4: Insert(input, random, at, some); break;
            case 5: input.Truncate(at); break;
            case 6: LieAboutLength(input, random, at); break;
            case 7: Repeat(input, random, at, some); break;
            case 8: Splice(input, random, start, at, some); break;
            default: InsertWord(input, random, at, some); break;
        }
    }

    private static void Insert(FuzzInput input, FuzzRandom random, int at, int count)
    {
        input.Shift(at, count);
        random.Fill(input.Bytes.Slice(at, count));
    }

    private static void LieAboutLength(FuzzInput input, FuzzRandom random, int at)
    {
        var number = random.Of(BoundaryNumbers);
        var rest = input.Bytes[at..];
        if (rest.Length >= sizeof(uint) && random.OneIn(2))
            BinaryPrimitives.WriteUInt32BigEndian(rest, number);
        else if (rest.Length >= sizeof(ushort))
            BinaryPrimitives.WriteUInt16BigEndian(rest, (ushort)number);
        else
            rest[0] = (byte)number;
    }

    private static void Repeat(FuzzInput input, FuzzRandom random, int at, int count)
    {
        var times = Math.Min(1 + random.Below(1 + random.Below(MostRepeats)), (FuzzInput.MaximumLength - input.Length) / count);
        if (times < 1)
            return;
        input.Shift(at, times * count);
        for (var i = 0; i < times; i++)
            input.Bytes.Slice(at + (times * count), count).CopyTo(input.Bytes[(at + (i * count))..]);
    }

    private static void Splice(FuzzInput input, FuzzRandom random, int start, int at, int count)
    {
        var to = start + random.Below(input.Length - start);
        input.Bytes.Slice(at, Math.Min(count, input.Length - to)).CopyTo(input.Bytes[to..]);
    }

    /// <summary>A word of the format in the place of something else.</summary>
    private void InsertWord(FuzzInput input, FuzzRandom random, int at, int count)
    {
        if (words.Length == 0)
        {
            input.Bytes.Slice(at, count).Reverse();
            return;
        }
        var word = random.Of(words);
        input.Shift(at, -Math.Min(count, random.Below(count + 1)));
        input.Shift(at, word.Length);
        word.CopyTo(input.Bytes[at..]);
    }
}
