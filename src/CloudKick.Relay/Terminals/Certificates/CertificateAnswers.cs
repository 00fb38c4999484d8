using System.Security.Cryptography.X509Certificates;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Terminals.Parameters;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Terminals.Certificates;

/// <summary>What the API says of certificates, with what terminals need to use them. Thread safe.</summary>
internal sealed class CertificateAnswers(ParameterSheets sheets, IOptions<RelayMqttOptions> mqtt)
{
    private const string AmazonRootCa1 = "https://www.amazontrust.com/repository/AmazonRootCA1.pem";

    private readonly string? _caFile = mqtt.Value.CaFile;

    public static CertificateListAnswer List(TerminalRow terminal, IReadOnlyList<ThingCertificate> certificates) => new(
        terminal.TerminalId,
        terminal.ThingName,
        [.. certificates.Select(certificate => One(terminal, certificate))],
        terminal is { Connected: { } connected, PresenceAt: { } at } ? new LastConnectionAnswer(terminal.PrincipalId, connected, at) : null);

    public static CertificateAnswer One(TerminalRow terminal, ThingCertificate certificate) => new()
    {
        CertificateId = certificate.Id,
        CertificateArn = certificate.Arn,
        Status = certificate.Status.Value,
        CreatedAt = certificate.CreatedAt,
        ExpiresAt = certificate.ExpiresAt,
        LastUsed = terminal.PrincipalId == certificate.Id,
    };

    public ProvisionedAnswer Provisioned(TerminalRow terminal, ThingCertificate certificate) => new()
    {
        TerminalId = terminal.TerminalId,
        ClientId = terminal.ThingName,
        CertificateId = certificate.Id,
        CertificateArn = certificate.Arn,
        Status = certificate.Status.Value,
        CreatedAt = certificate.CreatedAt,
        ExpiresAt = certificate.ExpiresAt,
        LastUsed = terminal.PrincipalId == certificate.Id,
        CertificatePem = certificate.Pem,
        Endpoint = new EndpointAnswer(sheets.Host, sheets.Port, sheets.Alpn, Roots(), string.IsNullOrEmpty(_caFile) ? AmazonRootCa1 : null),
        Topic = TerminalRules.Topic(terminal.EffectiveTopicTemplate, terminal.EffectiveSubscriptionTopic, terminal.TerminalId),
        ParametersUrl = $"/v1/admin/terminals/{terminal.TerminalId}/parameters",
    };

    // Certificates alone, whatever else the file holds.
    private string? Roots()
    {
        if (string.IsNullOrEmpty(_caFile))
            return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(_caFile);
        return roots.ExportCertificatePems() + "\n";
    }
}
