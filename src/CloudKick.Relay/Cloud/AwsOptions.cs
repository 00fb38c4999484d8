using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Cloud;

/// <summary>
/// How the relay calls AWS's HTTPS APIs (iot, iot-data, sqs), or those of a stand-in: section <c>CloudKick:Aws</c>. Without a
/// <see cref="Region"/> they are not called. Credentials are found as AWS's SDK finds them (environment, profile, web identity, task
/// or instance role); none is ever a setting.
/// </summary>
public sealed class AwsOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Aws";

    /// <summary>The region, e.g. <c>eu-central-1</c>. Default null: AWS's APIs are not used.</summary>
    [RegularExpression("^[a-z]{2,4}(-[a-z]{1,16}){1,3}-[0-9]{1,2}$", ErrorMessage = "{0} is no region: it must be like eu-central-1.")]
    public string? Region { get; set; }

    /// <summary>The profile to take credentials from. Default null: what the SDK's chain finds first.</summary>
    [StringLength(256, MinimumLength = 1)]
    public string? Profile { get; set; }

    /// <summary>A credentials file, as AWS's tools write it, with <see cref="Profile"/> (else <c>default</c>). Default null: the SDK's places.</summary>
    public string? CredentialsFile { get; set; }

    /// <summary>
    /// The iot-data API: a host, a host and port, or an https address; e.g. <c>&lt;prefix&gt;-ats.iot.eu-central-1.amazonaws.com</c>.
    /// Default null: the host of <c>CloudKick:Mqtt</c>, which is the same in AWS.
    /// </summary>
    public string? DataEndpoint { get; set; }

    /// <summary>The iot API, in the same form. Default null: the region's, <c>iot.&lt;region&gt;.amazonaws.com</c>.</summary>
    public string? ControlEndpoint { get; set; }

    /// <summary>A PEM file with the authorities that may sign these endpoints' certificates. Default null: those that the system trusts.</summary>
    public string? CaFile { get; set; }

    /// <summary>How long one attempt of a call may take: 1 s to 1 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How often a call that AWS throttled or did not answer is repeated: 0 to 10, default 2. Kicks are not repeated by this.</summary>
    [Range(0, 10)]
    public int MaximumRetries { get; set; } = 2;
}
