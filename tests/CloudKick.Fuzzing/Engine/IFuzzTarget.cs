namespace CloudKick.Fuzzing.Engine;

/// <summary>
/// Something of the product that takes what strangers send. <see cref="Take"/> gives it one input, and may throw nothing: what the
/// product documents to throw is a refusal. <see cref="Check"/> then compares. Used by one thread, one input after the other.
/// </summary>
internal interface IFuzzTarget : IAsyncDisposable
{
    /// <summary>How the target is called on the command line.</summary>
    string Name { get; }

    /// <summary>What it is, in a line.</summary>
    string Description { get; }

    /// <summary>How many inputs of one that only computes this one's are worth: 1, or more where sockets and a database take part.</summary>
    int Cost { get; }

    /// <summary>
    /// Whether the product works on threads of its own: then all that the process allocates meanwhile counts, the target's own share too,
    /// and nothing else may go on in it.
    /// </summary>
    bool WorksOnOtherThreads => false;

    /// <summary>Makes an input; the same for the same numbers.</summary>
    void Generate(FuzzRandom random, FuzzInput input);

    /// <summary>Lets the product take the input.</summary>
    /// <returns>Whether it was accepted.</returns>
    /// <exception cref="FuzzFault">It did something wrong; so is any other exception.</exception>
    bool Take(FuzzInput input);

    /// <summary>Holds what came of <see cref="Take"/> against what must be: what was read is what was written, however it was cut.</summary>
    /// <exception cref="FuzzFault">It is not.</exception>
    void Check(FuzzInput input);

    /// <summary>The most bytes that <see cref="Take"/> may allocate for an input of this length.</summary>
    long AllocationLimit(int length);

    /// <summary>Gives back what making the target took; most take nothing.</summary>
    ValueTask IAsyncDisposable.DisposeAsync() => ValueTask.CompletedTask;
}
