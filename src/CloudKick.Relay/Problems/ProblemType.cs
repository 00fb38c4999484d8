namespace CloudKick.Relay.Problems;

/// <summary>A kind of error of the HTTP API: what clients program against (RFC 9457 §3.1).</summary>
/// <param name="Code">The stable name, kebab-case; the last part of <see cref="Uri"/>.</param>
/// <param name="Status">The HTTP status that it always comes with.</param>
/// <param name="Title">One short sentence, the same each time.</param>
/// <param name="Retry">Whether the same request may be sent again.</param>
internal sealed record ProblemType(string Code, int Status, string Title, Retry Retry)
{
    /// <summary>The <c>type</c> member: an identifier, never fetched.</summary>
    public string Uri { get; } = "urn:cloudkick:problem:" + Code;
}

/// <summary>What a client gains and risks by sending a refused request again, unchanged: the <c>retrySafe</c> member.</summary>
internal enum Retry
{
    /// <summary>It would be refused again: change the request, the key or the settings first.</summary>
    Never,

    /// <summary>Nothing was done, or doing it twice is the same as once: it may be sent again.</summary>
    Safe,

    /// <summary>Whether it took effect is not known: safe only where the method or the endpoint makes a repetition harmless.</summary>
    WhenRepeatable,
}
