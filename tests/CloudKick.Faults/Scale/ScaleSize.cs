namespace CloudKick.Faults.Scale;

/// <summary>A relay of some size, as <c>src/README.md</c> ("How far it carries") proposes it.</summary>
/// <param name="Name">How many times the first one it is.</param>
/// <param name="Nodes">Relay nodes.</param>
/// <param name="Connections">MQTT connections of each.</param>
/// <param name="KicksPerSecond">What it carries at its peak.</param>
/// <param name="Quota">Messages a second that the cloud lets one connection have.</param>
internal sealed record ScaleSize(string Name, int Nodes, int Connections, int KicksPerSecond, int Quota)
{
    private const int AwsQuota = 100;

    /// <summary>
    /// The table's columns. A hundred times is more than one small machine carries with all on it: there nodes and connections are as many as
    /// they would be, and the rates, the cloud's and the tills', a tenth; so turns come a tenth as often, and waiting for one takes ten times
    /// as long as it would.
    /// </summary>
    public static readonly IReadOnlyList<ScaleSize> All =
    [
        new("1", Nodes: 2, Connections: 2, KicksPerSecond: 60, AwsQuota),
        new("10", Nodes: 2, Connections: 7, KicksPerSecond: 600, AwsQuota),
        new("100", Nodes: 4, Connections: 23, KicksPerSecond: 600, AwsQuota / 10),
    ];

    /// <summary>What the relay takes of the quota, as its default takes of AWS's.</summary>
    public int Budget => Quota * 9 / 10;
}
