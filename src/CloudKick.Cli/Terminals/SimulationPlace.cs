using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;

namespace CloudKick.Cli.Terminals;

/// <summary>The cloud that simulated terminals connect to, and the certificate of each.</summary>
internal sealed class SimulationPlace(string host, int port, string? serverName, X509Certificate2Collection? roots, Func<string, X509Certificate2> certificateOf) : IDisposable
{
    private readonly List<X509Certificate2> _certificates = [];

    public MqttEndpoint EndpointOf(string terminalId)
    {
        var certificate = certificateOf(terminalId);
        _certificates.Add(certificate);
        return new MqttEndpoint(host, port)
        {
            Tls = new MqttTlsOptions
            {
                ServerName = serverName, ApplicationProtocols = [DemoTerminals.MqttAlpn], ClientCertificate = certificate, TrustedRoots = roots,
            },
        };
    }

    /// <summary>At a <c>local</c>: unknown terminals are registered there.</summary>
    /// <exception cref="CliException">It does not run.</exception>
    public static async Task<SimulationPlace> AtLocalAsync(
        LocalAuthority authority, IReadOnlyList<string> ids, Screen screen, CancellationToken cancellationToken)
    {
        var local = authority.Local ?? throw CliException.Unavailable("That `cloudkick local` is not running.");
        using var terminals = new LocalTerminals(local);
        var registered = 0;
        foreach (var id in ids)
        {
            if (await terminals.FindAsync(id, cancellationToken) is not null)
                continue;
            await terminals.RegisterAsync(id, DemoTerminals.ManagementSystem, cancellationToken);
            registered++;
        }

        if (registered > 0)
            screen.Note($"{registered} of them were not known: they are registered for {local.MerchantName} now, and on its whitelist.");
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(local.Iot.CaFile);
        var signer = CertificateAuthority.Open(authority.Directory);
        return new SimulationPlace(LocalRelay.Loopback, local.Iot.Port, local.Iot.Host, roots, id => signer.IssueDeviceCertificate(id).ToX509Certificate()) { Owned = signer };
    }

    public void Dispose()
    {
        foreach (var certificate in _certificates)
            certificate.Dispose();
        Owned?.Dispose();
    }

    private CertificateAuthority? Owned { get; init; }
}

/// <summary>The options that name a cloud and a certificate there.</summary>
internal sealed record EndpointOptions(Option<string?> Endpoint, Option<string?> Certificate, Option<string?> PrivateKey, Option<string?> Ca)
{
    private const int DefaultPort = 443;

    public static EndpointOptions Create() => new(
        new("--endpoint") { Description = "The cloud's data endpoint, HOST or HOST:PORT, instead of the running `local`", HelpName = "HOST[:PORT]" },
        new("--certificate") { Description = "The terminal's certificate there, PEM; {id} stands for the terminal's id", HelpName = "FILE" },
        new("--private-key") { Description = "Its private key, PEM; likewise", HelpName = "FILE" },
        new("--ca") { Description = "Whom to trust there, PEM [default: the system's authorities]", HelpName = "FILE" });

    /// <exception cref="CliException">Something is missing or cannot be read.</exception>
    public SimulationPlace Resolve(ParseResult parsed, IReadOnlyList<string> ids)
    {
        var endpoint = parsed.GetRequiredValue(Endpoint)!;
        if (!Uri.TryCreate($"mqtts://{endpoint}", UriKind.Absolute, out var address) || address.PathAndQuery is not ("/" or ""))
            throw CliException.Usage($"'{endpoint}' is not HOST or HOST:PORT.");
        if (parsed.GetValue(Certificate) is not { } certificate || parsed.GetValue(PrivateKey) is not { } privateKey)
            throw CliException.Usage("A terminal needs its certificate there: --certificate and --private-key.");
        if (ids.Count > 1 && !certificate.Contains("{id}", StringComparison.Ordinal))
            throw CliException.Usage("Each terminal has a certificate of its own: put {id} into the file names, e.g. --certificate {id}/certificate.pem.");

        X509Certificate2Collection? roots = null;
        if (parsed.GetValue(Ca) is { } ca)
            (roots = []).ImportFromPemFile(ca);
        return new SimulationPlace(
            address.IdnHost, address.Port > 0 ? address.Port : DefaultPort, serverName: null, roots,
            id => Load(certificate.Replace("{id}", id, StringComparison.Ordinal), privateKey.Replace("{id}", id, StringComparison.Ordinal)));
    }

    private static X509Certificate2 Load(string certificate, string privateKey)
    {
        try
        {
            return X509Certificate2.CreateFromPemFile(certificate, privateKey);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw CliException.Usage($"{certificate} with {privateKey} cannot be read: {unreadable.Message}");
        }
    }
}
