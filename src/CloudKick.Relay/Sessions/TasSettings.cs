using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Relay.Publishing;
using CloudKick.Tas;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Sessions;

/// <summary>Where this node takes terminals' OPI sessions, and where kicks send the terminals: section <c>CloudKick:Tas</c>.</summary>
public sealed class TasSettings
{
    /// <summary>The configuration section.</summary>
    public const string Section = "CloudKick:Tas";

    /// <summary>The IP address listened on. Default null: every address.</summary>
    public string? Address { get; set; }

    /// <summary>The TCP port listened on, 0 for any free one. Default 5555.</summary>
    [Range(0, IPEndPoint.MaxPort)]
    public int Port { get; set; } = 5555;

    /// <summary>
    /// The host name or address that terminals are told: the load balancer's in front of all nodes. Default <c>localhost</c>, which
    /// only works for terminals on this machine: required where the cloud is not on it.
    /// </summary>
    [Required]
    [StringLength(253, MinimumLength = 1)]
    public string PublicHost { get; set; } = "localhost";

    /// <summary>The port that terminals are told, 1 to 65535. Default 0: the port listened on.</summary>
    [Range(0, IPEndPoint.MaxPort)]
    public int PublicPort { get; set; }

    /// <summary>Whether terminals are told to speak TLS, which a load balancer may end. Default: when there is a certificate.</summary>
    public bool? PublicTls { get; set; }

    /// <summary>The server certificate, PEM, for TLS on the port itself. Default null: plain TCP.</summary>
    public string? CertificateFile { get; set; }

    /// <summary>The certificate's private key, PEM.</summary>
    public string? PrivateKeyFile { get; set; }

    /// <summary>Sessions at once on this node: 1 to 1,000,000, default 20,000.</summary>
    [Range(1, 1_000_000)]
    public int MaximumSessions { get; set; } = 20_000;

    /// <summary>How long a terminal may take to say who it is: 1 s to 1 min, default 5 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan HandshakeTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a session may be silent before the terminal is asked for its status: 5 s to 1 h, default 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:05", "01:00:00")]
    public TimeSpan IdleInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The same in the TAS library's words.</summary>
    internal TasOptions ToOptions() => new()
    {
        Address = Address is null ? null : IPAddress.Parse(Address),
        Port = Port,
        ServerCertificate = CertificateFile is null ? null : X509Certificate2.CreateFromPemFile(CertificateFile, PrivateKeyFile),
        MaximumSessions = MaximumSessions,
        HandshakeTimeout = HandshakeTimeout,
        IdleInterval = IdleInterval,
    };
}

/// <summary>Checks what annotations cannot say.</summary>
internal sealed class TasSettingsValidator(IConfiguration configuration, IHostEnvironment environment) : IValidateOptions<TasSettings>
{
    private const string MqttHost = $"{RelayMqttOptions.Section}:{nameof(RelayMqttOptions.Host)}";

    public ValidateOptionsResult Validate(string? name, TasSettings options)
    {
        var faults = new List<string>();
        if (options.Address is not null && !IPAddress.TryParse(options.Address, out _))
            faults.Add($"{TasSettings.Section}:{nameof(TasSettings.Address)} is '{options.Address}', which is not an IP address.");
        foreach (var (setting, file) in new[] { (nameof(TasSettings.CertificateFile), options.CertificateFile), (nameof(TasSettings.PrivateKeyFile), options.PrivateKeyFile) })
        {
            if (file is not null && !File.Exists(file))
                faults.Add($"{TasSettings.Section}:{setting} names {file}, which is not there.");
        }

        // From the configuration: faults of the other section are told by that one's own validation.
        if (!environment.IsDevelopment() && IsThisMachine(options.PublicHost) && configuration[MqttHost] is { Length: > 0 } host && !IsThisMachine(host))
        {
            faults.Add(
                $"{TasSettings.Section}:{nameof(TasSettings.PublicHost)} is '{options.PublicHost}', but the cloud is at {host}: terminals would look for the TAS on themselves. "
                + "Set it to the name or address at which they reach this TAS.");
        }

        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static bool IsThisMachine(string host) =>
        host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase)
        || IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address);
}
