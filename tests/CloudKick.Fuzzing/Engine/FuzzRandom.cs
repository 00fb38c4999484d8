namespace CloudKick.Fuzzing.Engine;

/// <summary>
/// Numbers that depend on a seed and an index alone (SplitMix64), so that each input can be made again by itself, on any machine and by
/// any version of .NET.
/// </summary>
internal sealed class FuzzRandom
{
    private const ulong Step = 0x9E3779B97F4A7C15;

    private ulong _state;

    /// <summary>Begins the numbers of one input.</summary>
    public void Begin(ulong seed, long index)
    {
        _state = seed;
        _state = Next() ^ (ulong)index;
        _state = Next();
    }

    public ulong Next()
    {
        var value = _state += Step;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <summary>From 0 to <paramref name="count"/> − 1.</summary>
    public int Below(int count) => (int)((UInt128)Next() * (ulong)count >> 64);

    /// <summary>From <paramref name="least"/> to <paramref name="most"/>, both included.</summary>
    public int Between(int least, int most) => least + Below(most - least + 1);

    /// <summary>True once in <paramref name="count"/> times.</summary>
    public bool OneIn(int count) => Below(count) == 0;

    public byte NextByte() => (byte)Next();

    public T Of<T>(ReadOnlySpan<T> choices) => choices[Below(choices.Length)];

    public T Of<T>(T[] choices) => choices[Below(choices.Length)];

    public void Fill(Span<byte> bytes)
    {
        foreach (ref var value in bytes)
            value = NextByte();
    }
}
