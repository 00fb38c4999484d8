using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Security;

/// <summary>How API keys are remembered: section <c>CloudKick:Security</c>.</summary>
internal sealed class SecurityOptions
{
    public const string Section = "CloudKick:Security";

    /// <summary>The environment that keys made through the API carry in their text, <c>[a-z0-9]{1,16}</c>. Default <c>live</c>.</summary>
    [RegularExpression("^[a-z0-9]{1,16}$")]
    public string Environment { get; set; } = "live";

    /// <summary>
    /// How long a node trusts what it read of a key: 0.1 to 4 s, default 4 s. A revoked key stops working within 5 s even on a node that
    /// did not hear of it.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:04")]
    public TimeSpan KeyMemory { get; set; } = TimeSpan.FromSeconds(4);

    /// <summary>Keys that a node remembers at most, those that do not exist included: 100 to 1,000,000, default 20,000.</summary>
    [Range(100, 1_000_000)]
    public int MaximumRememberedKeys { get; set; } = 20_000;

    /// <summary>How long reading a key may take, the wait for a database connection included: 0.1 to 30 s, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan LookupTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a node writes down when keys were last used: 1 s to 1 h, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan LastUseInterval { get; set; } = TimeSpan.FromMinutes(1);
}
