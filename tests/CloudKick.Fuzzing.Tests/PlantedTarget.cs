using CloudKick.Fuzzing.Engine;

namespace CloudKick.Fuzzing.Tests;

/// <summary>Bytes of which those that begin with 0xAB meet a planted fault, one in 256.</summary>
internal sealed class PlantedTarget : IFuzzTarget
{
    private const byte Trigger = 0xAB;

    /// <summary>What the product does with such an input.</summary>
    public Action OnTake { get; init; } = () => { };

    /// <summary>What comparing finds.</summary>
    public Action OnCheck { get; init; } = () => { };

    /// <summary>How much it may allocate for an input, in bytes.</summary>
    public long Limit { get; init; } = 10_000;

    public bool WorksOnOtherThreads { get; init; }

    /// <summary>Whether it refuses valid input.</summary>
    public bool RefusesValid { get; init; }

    public string Name => "planted";

    public string Description => "has a fault";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        random.Fill(input.Grow(8));
        input.IsValid = true;
    }

    public bool Take(FuzzInput input)
    {
        if (input.Bytes[0] != Trigger)
            return true;
        OnTake();
        return !RefusesValid;
    }

    public void Check(FuzzInput input)
    {
        if (input.Bytes[0] == Trigger)
            OnCheck();
    }

    public long AllocationLimit(int length) => Limit;
}
