using System.Security.Cryptography.X509Certificates;
using CloudKick.AwsIot.Control;

namespace CloudKick.Relay.Terminals.Certificates;

/// <summary>A certificate as the cloud describes it.</summary>
internal sealed record ThingCertificate(string Id, string Arn, string Pem, CertificateStatus Status, DateTime? CreatedAt, DateTime? ExpiresAt)
{
    public bool IsActive => Status == CertificateStatus.ACTIVE;

    /// <summary>Whether it is for the key of a signing request.</summary>
    public bool IsFor(SigningRequest request)
    {
        using var certificate = X509Certificate2.CreateFromPem(Pem);
        return request.IsFor(certificate);
    }
}
