using System.Security.Cryptography;

namespace CloudKick.LocalCloud;

/// <summary>The parts of an HTTP request that Signature Version 4 covers, as they came over the wire.</summary>
/// <param name="Method">In capitals.</param>
/// <param name="Path">Still percent-encoded, with its leading slash.</param>
/// <param name="Query">Still percent-encoded, without the question mark; empty for none.</param>
/// <param name="Header">A header's value by its name, several lines joined by commas; null for one that was not sent.</param>
/// <param name="Body">The whole body.</param>
internal sealed record SignedRequest(
    string Method, string Path, string Query, Func<string, string?> Header, ReadOnlyMemory<byte> Body)
{
    public string BodyHash() => Convert.ToHexStringLower(SHA256.HashData(Body.Span));
}
