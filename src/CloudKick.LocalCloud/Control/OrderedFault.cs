namespace CloudKick.LocalCloud;

/// <summary>A fault that was ordered.</summary>
/// <param name="Id">Names it; rises from 1.</param>
/// <param name="Fault">What was ordered.</param>
/// <param name="Struck">How often it struck so far.</param>
/// <param name="EndsAt">When it ends by itself; null for never.</param>
public sealed record OrderedFault(int Id, CloudFault Fault, int Struck, DateTimeOffset? EndsAt);
