using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Hosting;

/// <summary>Where the API listens, and the bounds of connections and requests: section <c>CloudKick:Http</c>.</summary>
public sealed class HttpOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Http";

    /// <summary>The IP address listened on. Default null: every address.</summary>
    public string? Address { get; set; }

    /// <summary>The TCP port for HTTP/1.1, 0 for any free one. Default 5080. TLS ends at the load balancer before it.</summary>
    [Range(0, IPEndPoint.MaxPort)]
    public int Port { get; set; } = 5080;

    /// <summary>Connections at once; more are closed. 1 to 100,000, default 5,000.</summary>
    [Range(1, 100_000)]
    public int MaximumConnections { get; set; } = 5_000;

    /// <summary>The largest request body in bytes where an endpoint does not say otherwise: 1 KiB to 1 MiB, default 16 KiB.</summary>
    [Range(1024, 1024 * 1024)]
    public int MaximumBodySize { get; set; } = 16 * 1024;

    /// <summary>How long a client may take to send a request's headers: 1 to 60 s, default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a connection may be idle, to be longer than the load balancer's: 10 s to 1 h, default 2 min.</summary>
    [Range(typeof(TimeSpan), "00:00:10", "01:00:00")]
    public TimeSpan KeepAliveTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a request may take, 1 s to 5 min; a kick may be waited for 25 s. Default 40 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(40);

    /// <summary>
    /// When stopping, how long to go on answering, and taking terminals' sessions, while <c>/health/ready</c> says no, so that the load balancer
    /// looks elsewhere first: 0 to 1 min, default 0.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:01:00")]
    public TimeSpan DrainDelay { get; set; } = TimeSpan.Zero;

    /// <summary>When stopping, how long requests under way and background work may take to end: 1 s to 5 min, default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

/// <summary>Checks what annotations cannot say.</summary>
internal sealed class HttpAddressValidator : IValidateOptions<HttpOptions>
{
    public ValidateOptionsResult Validate(string? name, HttpOptions options) =>
        options.Address is null || IPAddress.TryParse(options.Address, out _)
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{HttpOptions.Section}:{nameof(HttpOptions.Address)} is '{options.Address}', which is not an IP address.");
}
