using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Doctor.Network;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Doctor;

/// <summary>The options that say which cloud is meant, and who to be there.</summary>
internal sealed class TargetOptions
{
    private const int DefaultPort = 443;
    private const int DefaultTimeoutSeconds = 10;
    private const int MaximumTimeoutSeconds = 120;

    // What AWS calls certificates whose keys it made: no device's name.
    private const string NobodysName = "AWS IoT Certificate";

    private readonly Option<string?> _endpoint = new("--endpoint")
    {
        Description = "The cloud's data endpoint [default: CloudKick__Mqtt__Host, else the running `local`]", HelpName = "HOST[:PORT]",
    };

    private readonly Option<int?> _port = new("--port") { Description = "Its port [default: CloudKick__Mqtt__Port, else 443]; 8883 speaks MQTT without ALPN", HelpName = "PORT" };
    private readonly Option<string?> _alpn = new("--alpn") { Description = $"The TLS application protocol to ask for; '' for none [default: {DemoTerminals.MqttAlpn}, on port 8883 none]", HelpName = "NAME" };
    private readonly Option<string?> _ca = new("--ca") { Description = "Whom to trust there, PEM [default: CloudKick__Mqtt__CaFile, else the system's authorities]", HelpName = "FILE" };
    private readonly Option<string?> _certificate = new("--cert") { Description = "The certificate to be there, PEM [default: CloudKick__Mqtt__CertificateFile]", HelpName = "FILE" };
    private readonly Option<string?> _key = new("--key") { Description = "Its private key, PEM [default: CloudKick__Mqtt__PrivateKeyFile]", HelpName = "FILE" };

    private readonly Option<int?> _timeout = new("--timeout") { Description = $"Seconds for each check [default: {DefaultTimeoutSeconds}]", HelpName = "SECONDS" };

    private readonly Option<string?> _data = CommonOptions.Data();

    private TargetOptions()
    {
    }

    public static TargetOptions AddTo(Command command)
    {
        var options = new TargetOptions();
        foreach (var option in new Option[] { options._endpoint, options._port, options._alpn, options._ca, options._certificate, options._key, options._timeout, options._data })
            command.Add(option);
        command.Validators.Add(result =>
        {
            if (result.GetValue(options._certificate) is null != result.GetValue(options._key) is null)
                result.AddError("--cert and --key go together.");
            if (result.GetValue(options._timeout) is not (null or (>= 1 and <= MaximumTimeoutSeconds)))
                result.AddError($"--timeout must be 1 to {MaximumTimeoutSeconds}.");
            if (result.GetValue(options._port) is not (null or (>= 1 and <= ushort.MaxValue)))
                result.AddError("--port must be 1 to 65535.");
        });
        return options;
    }

    public TimeSpan Timeout(ParseResult parsed) => TimeSpan.FromSeconds(parsed.GetValue(_timeout) ?? DefaultTimeoutSeconds);

    public CloudSettings Settings(ParseResult parsed, CommandContext context, Screen screen) =>
        CloudSettings.Find(context, parsed.GetValue(_data), screen, anotherCloud: parsed.GetValue(_endpoint) is not null);

    /// <summary>The cloud that is meant. The caller disposes the certificate.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="settings">What counts where the command line is silent.</param>
    /// <param name="clientId">The client id on the command line, or null.</param>
    /// <exception cref="CliException">None is meant, or a file cannot be read.</exception>
    public NetworkTarget Target(ParseResult parsed, CloudSettings settings, string? clientId)
    {
        var (host, namedPort) = parsed.GetValue(_endpoint) is { } endpoint ? HostAndPort(endpoint)
            : settings.Host is not null ? (settings.Host, settings.Port)
            : throw CliException.Unavailable(
                "No cloud: none is named, and no `cloudkick local` is running.", "Name its data endpoint with --endpoint, or in CloudKick__Mqtt__Host.");
        var port = parsed.GetValue(_port) ?? namedPort ?? DefaultPort;
        var ownCertificate = parsed.GetValue(_certificate) is not null;
        var (certificate, intermediates) = Load(parsed.GetValue(_certificate) ?? settings.CertificateFile, parsed.GetValue(_key) ?? settings.PrivateKeyFile);
        return new NetworkTarget
        {
            Host = host,
            Port = port,
            Alpn = parsed.GetValue(_alpn) ?? settings.Alpn ?? (port == NetworkTarget.MqttPort ? "" : DemoTerminals.MqttAlpn),
            Roots = Roots(parsed.GetValue(_ca) ?? settings.CaFile),
            Certificate = certificate,
            Intermediates = intermediates,
            ClientId = clientId ?? (ownCertificate ? NameOf(certificate!) : TrialName(settings.ClientIdPrefix)),
        };
    }

    /// <summary>A client id that the relay's policy allows, and that nobody has.</summary>
    public static string TrialName(string prefix) => $"{prefix}-doctor-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    /// <exception cref="CliException">It is neither.</exception>
    public static (string Host, int? Port) HostAndPort(string text) =>
        Uri.TryCreate($"tcp://{text}", UriKind.Absolute, out var address) && address is { PathAndQuery: "/" or "", Fragment: "", UserInfo: "" }
            ? (address.IdnHost, address.Port > 0 ? address.Port : null)
            : throw CliException.Usage($"'{text}' is not HOST or HOST:PORT.");

    /// <summary>The certificates in a file; null when none is named.</summary>
    /// <exception cref="CliException">There are none in it.</exception>
    public static X509Certificate2Collection? Roots(string? file)
    {
        if (string.IsNullOrEmpty(file))
            return null;
        var roots = new X509Certificate2Collection();
        Read(file, () => roots.ImportFromPemFile(file));
        return roots.Count > 0 ? roots : throw CliException.Usage($"{file} holds no certificates.");
    }

    private static (X509Certificate2? Certificate, X509Certificate2Collection Intermediates) Load(string? file, string? key)
    {
        var chain = new X509Certificate2Collection();
        if (string.IsNullOrEmpty(file) || string.IsNullOrEmpty(key))
            return (null, chain);
        X509Certificate2? certificate = null;
        Read($"{file} with {key}", () =>
        {
            certificate = X509Certificate2.CreateFromPemFile(file, key);
            chain.ImportFromPemFile(file);
        });
        return (certificate, [.. chain.Skip(1)]);
    }

    private static string NameOf(X509Certificate2 certificate) =>
        certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false) is { Length: > 0 } name && name != NobodysName
            ? name
            : throw CliException.Usage("The certificate does not say whose it is.", "Name the MQTT client id with --client-id: for a terminal its TMS id.");

    private static void Read(string what, Action read)
    {
        try
        {
            read();
        }
        // The platform's word for a key of another certificate is ArgumentException.
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw CliException.Usage($"{what} cannot be used: {unreadable.Message}");
        }
    }
}
