using System.Globalization;
using CloudKick.Cli.CommandLine;
using CloudKick.LocalCloud;

namespace CloudKick.Cli.Terminals;

/// <summary>What a terminal needs to connect, in files, and said on the screen. The names are stable.</summary>
internal sealed record TerminalFiles
{
    public required string TerminalId { get; init; }

    public required string ClientId { get; init; }

    public required string? Topic { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    public required string Alpn { get; init; }

    public required string CertificateId { get; init; }

    public required string CertificateArn { get; init; }

    public required string Status { get; init; }

    /// <summary>Whether the terminal last connected with this certificate.</summary>
    public required bool LastUsed { get; init; }

    public required string CertificateFile { get; init; }

    /// <summary>Null when the key pair was made elsewhere.</summary>
    public required string? PrivateKeyFile { get; init; }

    /// <summary>Null when the roots are public ones and this machine has not got them.</summary>
    public required string? CaFile { get; init; }

    /// <summary>Where the public root is to be had.</summary>
    public required string? TrustedRootsUrl { get; init; }

    public required string ParametersUrl { get; init; }

    /// <summary>Writes certificate and roots; the private key, if it is here, is there already.</summary>
    public static TerminalFiles Write(string directory, ProvisionedView provisioned, bool keyIsHere)
    {
        var certificate = Path.Combine(directory, DeviceCertificate.CertificateFile);
        var ca = Path.Combine(directory, DeviceCertificate.CaFile);
        var roots = TrustedRoots.Of(provisioned.Endpoint);
        try
        {
            Directory.CreateDirectory(directory);
            File.WriteAllText(certificate, provisioned.CertificatePem);
            if (roots is not null)
                File.WriteAllText(ca, roots);
        }
        catch (Exception denied) when (denied is IOException or UnauthorizedAccessException)
        {
            throw new CliException(
                ExitCode.Failed, $"{directory} cannot be written: {denied.Message}",
                "The certificate is made and active; the same command again, with a place that can be written, writes it.");
        }

        return new TerminalFiles
        {
            TerminalId = provisioned.TerminalId,
            ClientId = provisioned.ClientId,
            Topic = provisioned.Topic,
            Host = provisioned.Endpoint.Host,
            Port = provisioned.Endpoint.Port,
            Alpn = provisioned.Endpoint.Alpn,
            CertificateId = provisioned.CertificateId,
            CertificateArn = provisioned.CertificateArn,
            Status = provisioned.Status,
            LastUsed = provisioned.LastUsed,
            CertificateFile = certificate,
            PrivateKeyFile = keyIsHere ? Path.Combine(directory, DeviceCertificate.PrivateKeyFile) : null,
            CaFile = roots is null ? null : ca,
            TrustedRootsUrl = provisioned.Endpoint.TrustedRootsUrl,
            ParametersUrl = provisioned.ParametersUrl,
        };
    }

    public void Show(Screen screen)
    {
        if (CaFile is null)
        {
            screen.Note(
                $"The endpoint's certificate is signed by Amazon Root CA 1, which is not in this machine's store: get it from {TrustedRootsUrl} "
                + $"(SHA-256 {TrustedRoots.AmazonRootCa1Fingerprint}).");
        }

        if (screen.IsJson)
        {
            screen.Line(this);
            return;
        }

        screen.Unwrapped(
            $"""
            Terminal     {TerminalId}
            Client id    {ClientId}
            Topic        {Topic ?? "none: its settings make no valid topic"}
            Certificate  {CertificateFile}
                         {CertificateId} ({Status})
            Private key  {PrivateKeyFile ?? "where the signing request was made"}
            Trust        {CaFile ?? $"Amazon Root CA 1, {TrustedRootsUrl}"}

            To play the terminal:

            {Mosquitto()}
            """);
    }

    private string Mosquitto()
    {
        string[] words =
        [
            "mosquitto_sub", "-h", Host, "-p", Port.ToString(CultureInfo.InvariantCulture), "--cafile", CaFile ?? "AmazonRootCA1.pem", "--cert", CertificateFile,
            "--key", PrivateKeyFile ?? "PRIVATE_KEY", .. Alpn.Length == 0 ? [] : (string[])["--tls-alpn", Alpn], "-i", ClientId, "-t", Topic ?? "TOPIC", "-q", "1", "-v",
        ];
        return string.Join(' ', words.Select(ShellWord.Quote));
    }
}
