namespace CloudKick.Fuzzing.Engine;

/// <summary>What a run came to.</summary>
/// <param name="Inputs">How many were tried.</param>
/// <param name="Accepted">How many of them the product accepted; the others it refused as documented.</param>
/// <param name="Bytes">The length of all of them.</param>
/// <param name="LargestAllocation">The most that taking one of them allocated, in bytes.</param>
/// <param name="Elapsed">How long it took.</param>
/// <param name="Finding">The first fault; null when none was found.</param>
internal sealed record FuzzResult(long Inputs, long Accepted, long Bytes, long LargestAllocation, TimeSpan Elapsed, FuzzFinding? Finding);
