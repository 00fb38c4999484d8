namespace CloudKick.Fuzzing.Engine;

/// <summary>The product took an input and did something wrong.</summary>
internal sealed class FuzzFault(string message, Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>Throws when <paramref name="holds"/> is false.</summary>
    public static void Unless(bool holds, string message)
    {
        if (!holds)
            throw new FuzzFault(message);
    }
}
