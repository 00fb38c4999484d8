using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Terminals;

/// <summary>
/// How terminals get their identity in the cloud, and what their parameter sheets tell: section <c>CloudKick:Provisioning</c>.
/// Certificates are made only where <see cref="PolicyName"/> and <c>CloudKick:Aws:Region</c> are set.
/// </summary>
public sealed class ProvisioningOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Provisioning";

    /// <summary>The IoT policy that terminals' certificates get, e.g. <c>cloudkick-terminal</c>. Default null: certificates cannot be made here.</summary>
    [RegularExpression(@"^[\w+=,.@-]{1,128}$", ErrorMessage = "{0} is no policy's name: it has 1 to 128 letters, digits and + = , . @ _ -.")]
    public string? PolicyName { get; set; }

    /// <summary>The thing type that terminals' things get; it must exist. Default null: none.</summary>
    [RegularExpression("^[a-zA-Z0-9:_-]{1,128}$", ErrorMessage = "{0} is no thing type's name: it has 1 to 128 letters, digits and : _ -.")]
    public string? ThingTypeName { get; set; }

    /// <summary>How long one change of a terminal's certificates may take, all its calls of AWS together: 1 s to 35 s, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:35")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The MQTT host that terminals are told, where it is not the relay's own (<c>CloudKick:Mqtt:Host</c>), e.g. because the relay
    /// goes through a VPC endpoint.
    /// </summary>
    [StringLength(253, MinimumLength = 1)]
    public string? TerminalHost { get; set; }

    /// <summary>The port that terminals are told, 1 to 65535. Default null: the relay's own.</summary>
    [Range(1, 65535)]
    public int? TerminalPort { get; set; }
}
