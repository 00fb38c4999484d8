using System.IO.Enumeration;

namespace CloudKick.LocalCloud;

/// <summary>A fault that may strike. Guarded by <see cref="Faults"/>.</summary>
internal sealed class FaultInForce(int id, CloudFault fault, DateTimeOffset now)
{
    private readonly DateTimeOffset? _endsAt = now + fault.Duration;
    private int _struck;

    public CloudFault Fault { get; } = fault;

    public int Id { get; } = id;

    public OrderedFault Description => new(Id, Fault, _struck, _endsAt);

    public bool IsOver(DateTimeOffset now) => _endsAt <= now || _struck >= Fault.Count;

    public bool IsFor(string client) => Matches(Fault.Clients, client);

    public void Strike() => _struck++;

    public static bool Matches(string pattern, string client) => FileSystemName.MatchesSimpleExpression(pattern, client, ignoreCase: false);
}
