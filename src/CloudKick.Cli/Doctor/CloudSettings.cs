using System.Globalization;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Presence;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Sessions;

namespace CloudKick.Cli.Doctor;

/// <summary>
/// The cloud and the TAS as the relay knows them: from its settings in the environment (<c>CloudKick__Mqtt__Host</c> …, as Terraform's
/// output <c>relay_settings</c> has them), or from the <c>local</c> that runs. All null: neither is there.
/// </summary>
internal sealed record CloudSettings
{
    public string? Host { get; init; }

    public int? Port { get; init; }

    public string? Alpn { get; init; }

    public string? CaFile { get; init; }

    /// <summary>The relay's own certificate.</summary>
    public string? CertificateFile { get; init; }

    public string? PrivateKeyFile { get; init; }

    /// <summary>What the relay's client ids begin with.</summary>
    public string ClientIdPrefix { get; init; } = new RelayMqttOptions().ClientIdPrefix;

    public (string Host, int? Port)? Tas { get; init; }

    public bool TasTls { get; init; }

    public string? Region { get; init; }

    public string? Profile { get; init; }

    public string? CredentialsFile { get; init; }

    /// <summary>AWS's iot API; null: the region's.</summary>
    public string? ControlEndpoint { get; init; }

    /// <summary>The presence queue; null: presence comes over MQTT.</summary>
    public string? QueueUrl { get; init; }

    /// <summary>Whether the relay signs its HTTPS requests, instead of showing its certificate.</summary>
    public bool RelaySigns { get; init; }

    /// <summary>Whether kicks go by direct message.</summary>
    public bool SendsDirect { get; init; }

    /// <summary>The relay's settings, else those of the running <c>local</c>, unless <paramref name="anotherCloud"/> says that neither is meant.</summary>
    /// <exception cref="CliException">A setting cannot be read.</exception>
    public static CloudSettings Find(CommandContext context, string? dataDirectory, Screen screen, bool anotherCloud)
    {
        var settings = OfEnvironment(context);
        if (settings.Host is not null || anotherCloud)
            return settings;
        return new RunningLocals(UserDirectory.Of(context)).Choose(dataDirectory, screen) is { } local ? Of(local) : settings;
    }

    /// <summary>What a running <c>local</c> has.</summary>
    public static CloudSettings Of(LocalState local) => new()
    {
        Host = local.Iot.Host,
        Port = local.Iot.Port,
        CaFile = local.Iot.CaFile,
        CertificateFile = local.Iot.CertificateFile,
        PrivateKeyFile = local.Iot.PrivateKeyFile,
        Tas = (local.Tas.Host, local.Tas.Port),
        Region = local.Iot.Region,
        // What the relay may do, no more: the file's other profile may do everything.
        Profile = "relay",
        CredentialsFile = local.Iot.CredentialsFile,
        ControlEndpoint = string.Create(CultureInfo.InvariantCulture, $"{local.Iot.Host}:{local.Iot.Port}"),
    };

    private static CloudSettings OfEnvironment(CommandContext context)
    {
        string? Setting(string section, string name) => context.NonEmpty($"{section}:{name}".Replace(":", "__", StringComparison.Ordinal));
        int? Port(string section, string name) => Setting(section, name) is not { } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is > 0 and <= ushort.MaxValue ? port
            : throw CliException.Usage($"{section}:{name} is '{text}', which is no port.");

        bool Is(string section, string name, string value) => string.Equals(Setting(section, name), value, StringComparison.OrdinalIgnoreCase);

        const string Mqtt = RelayMqttOptions.Section, Aws = AwsOptions.Section, Tas = TasSettings.Section;
        return new()
        {
            Host = Setting(Mqtt, nameof(RelayMqttOptions.Host)),
            Port = Port(Mqtt, nameof(RelayMqttOptions.Port)),
            Alpn = context.Variable($"{Mqtt}:{nameof(RelayMqttOptions.Alpn)}".Replace(":", "__", StringComparison.Ordinal)),
            CaFile = Setting(Mqtt, nameof(RelayMqttOptions.CaFile)),
            CertificateFile = Setting(Mqtt, nameof(RelayMqttOptions.CertificateFile)),
            PrivateKeyFile = Setting(Mqtt, nameof(RelayMqttOptions.PrivateKeyFile)),
            ClientIdPrefix = Setting(Mqtt, nameof(RelayMqttOptions.ClientIdPrefix)) ?? new RelayMqttOptions().ClientIdPrefix,
            Tas = Setting(Tas, nameof(TasSettings.PublicHost)) is { } host
                ? (host, Port(Tas, nameof(TasSettings.PublicPort)) ?? Port(Tas, nameof(TasSettings.Port)))
                : null,
            TasTls = Is(Tas, nameof(TasSettings.PublicTls), bool.TrueString),
            Region = Setting(Aws, nameof(AwsOptions.Region)),
            Profile = Setting(Aws, nameof(AwsOptions.Profile)),
            CredentialsFile = Setting(Aws, nameof(AwsOptions.CredentialsFile)),
            ControlEndpoint = Setting(Aws, nameof(AwsOptions.ControlEndpoint)),
            QueueUrl = Is(PresenceOptions.Section, nameof(PresenceOptions.Source), nameof(PresenceSourceKind.Sqs))
                ? Setting(PresenceOptions.Section, nameof(PresenceOptions.QueueUrl))
                : null,
            RelaySigns = Is(PublishingOptions.Section, nameof(PublishingOptions.Authentication), nameof(DataAuthentication.SigV4)),
            SendsDirect = Is(PublishingOptions.Section, nameof(PublishingOptions.Transport), nameof(KickTransportKind.Direct)),
        };
    }
}
