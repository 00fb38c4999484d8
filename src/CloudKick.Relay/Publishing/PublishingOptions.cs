using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Publishing;

/// <summary>The way that kicks go to the terminals.</summary>
public enum KickTransportKind
{
    /// <summary>A pool of MQTT connections.</summary>
    Mqtt,

    /// <summary>AWS IoT Core's <c>SendDirectMessage</c>: the terminal itself acknowledges, or is known to be offline.</summary>
    Direct,

    /// <summary>AWS IoT Core's <c>Publish</c> over HTTPS.</summary>
    Https,

    /// <summary>The MQTT pool, and HTTPS for what it cannot take.</summary>
    Auto,
}

/// <summary>How the relay proves who it is to AWS IoT Core's HTTPS data API.</summary>
public enum DataAuthentication
{
    /// <summary>The client certificate of <c>CloudKick:Mqtt</c>, with the TLS application protocol <c>x-amzn-http-ca</c>.</summary>
    Certificate,

    /// <summary>Credentials as AWS's SDK finds them (<c>CloudKick:Aws</c>).</summary>
    SigV4,
}

/// <summary>Which way kicks go, and when the relay says that it has too many: section <c>CloudKick:Publishing</c>.</summary>
public sealed class PublishingOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Publishing";

    /// <summary>The way: <c>Mqtt</c> (default), <c>Direct</c>, <c>Https</c> or <c>Auto</c>.</summary>
    public KickTransportKind Transport { get; set; }

    /// <summary>Who the relay is to the HTTPS data API, for <c>Direct</c>, <c>Https</c> and <c>Auto</c>: default <c>Certificate</c>.</summary>
    public DataAuthentication Authentication { get; set; }

    /// <summary>
    /// How long a kick of a burst may wait for its turn on the MQTT connections; one that would wait longer is refused with 429. 10 ms to 1 min,
    /// default 2 s. Keep it well under <c>CloudKick:Kicks:Lease</c>: what waits longer begins a new attempt.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.01", "00:01:00")]
    public TimeSpan MaximumWait { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The same while kicks have been waiting for more than 100 ms on end, so that they are no burst, but more than the connections carry: those
    /// that are taken on are then hardly later than at other times. 0 to <see cref="MaximumWait"/>, default 10 ms. More is for those who would
    /// rather have every kick late than some refused.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan StandingWait { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>How long a kick waits for its turn in the MQTT pool before <c>Auto</c> sends it over HTTPS: 0 to 10 s, default 250 ms.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:10")]
    public TimeSpan OverflowAfter { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>HTTPS requests under way at once at most; more kicks wait: 1 to 1,000, default 64.</summary>
    [Range(1, 1_000)]
    public int MaximumRequests { get; set; } = 64;

    /// <summary>Whether kicks go over MQTT, at least as long as it can take them.</summary>
    internal bool UsesMqtt => Transport is KickTransportKind.Mqtt or KickTransportKind.Auto;

    /// <summary>Whether kicks go over HTTPS, at least sometimes.</summary>
    internal bool UsesHttps => Transport is not KickTransportKind.Mqtt;
}
