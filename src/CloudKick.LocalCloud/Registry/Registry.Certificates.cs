using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

internal sealed partial class Registry
{
    private const int AwsKeyBits = 2048; // CreateKeysAndCertificate makes RSA keys of this size

    /// <summary>A certificate of LocalCloud's authority for the key and subject of a signing request (PKCS #10, PEM), until the end of 2049.</summary>
    public CertificateDescription CreateCertificateFromCsr(string? certificateSigningRequest, bool setAsActive) =>
        CreateCertificateFromCsr(certificateSigningRequest, setAsActive ? CertificateStatus.Active : CertificateStatus.Inactive);

    /// <inheritdoc cref="CreateCertificateFromCsr(string?, bool)"/>
    public CertificateDescription CreateCertificateFromCsr(string? certificateSigningRequest, CertificateStatus status)
    {
        var request = SigningRequest.Read(certificateSigningRequest);
        using var certificate = authority.Issue(request.SubjectName, request.PublicKey);
        return Add(certificate, status);
    }

    /// <summary>A 2048-bit RSA key pair and its certificate. The private key is not kept.</summary>
    public KeysAndCertificate CreateKeysAndCertificate(bool setAsActive) =>
        CreateKeysAndCertificate(setAsActive ? CertificateStatus.Active : CertificateStatus.Inactive);

    /// <inheritdoc cref="CreateKeysAndCertificate(bool)"/>
    public KeysAndCertificate CreateKeysAndCertificate(CertificateStatus status)
    {
        using var key = RSA.Create(AwsKeyBits);
        using var certificate = authority.Issue(new X500DistinguishedName("CN=AWS IoT Certificate"), PublicKey.CreateFromSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), out _));
        return new KeysAndCertificate(Add(certificate, status), key.ExportSubjectPublicKeyInfoPem(), key.ExportRSAPrivateKeyPem());
    }

    public CertificateDescription DescribeCertificate(string certificateId)
    {
        RegistryNames.CheckCertificate(certificateId);
        lock (_gate) return FindCertificate(certificateId).Description;
    }

    /// <summary>ACTIVE, INACTIVE or REVOKED; the last two also end the certificate's connections.</summary>
    public void UpdateCertificate(string certificateId, CertificateStatus newStatus)
    {
        RegistryNames.CheckCertificate(certificateId);
        if (newStatus == CertificateStatus.PendingActivation)
            throw new RegistryException(RegistryFault.InvalidRequest, $"A certificate cannot be set to {newStatus.ToAws()}.");
        bool ended;
        lock (_gate) ended = SetStatus(FindCertificate(certificateId), newStatus);
        if (ended) CertificateEnded?.Invoke(certificateId);
    }

    /// <summary>
    /// An active certificate, one with things, and without <paramref name="forceDelete"/> one with policies, is not deleted.
    /// LocalCloud remembers what it deleted: such a certificate is never registered again by connecting.
    /// </summary>
    public void DeleteCertificate(string certificateId, bool forceDelete = false)
    {
        RegistryNames.CheckCertificate(certificateId);
        lock (_gate)
        {
            var certificate = FindCertificate(certificateId);
            if (certificate.Description.Status == CertificateStatus.Active)
            {
                throw new RegistryException(
                    RegistryFault.CertificateState, $"Certificate must be deactivated (not ACTIVE) before deletion. (certificate: {certificateId})");
            }
            if (certificate.Things.Count > 0)
                throw new RegistryException(RegistryFault.DeleteConflict, $"Things must be detached before deletion (arn: {certificate.Description.CertificateArn})");
            if (certificate.Policies.Count > 0 && !forceDelete)
            {
                throw new RegistryException(
                    RegistryFault.DeleteConflict, $"Certificate policies must be detached before deletion (arn: {certificate.Description.CertificateArn})");
            }
            Forget(certificate);
        }
    }

    /// <summary>Deletes a certificate that was made by provisioning and never put to use. Does nothing for any other.</summary>
    public void DiscardUnused(string certificateId)
    {
        lock (_gate)
        {
            if (_certificates.TryGetValue(certificateId, out var certificate)
                && certificate is { Description.Status: CertificateStatus.PendingActivation, Policies.Count: 0, Things.Count: 0 })
                Forget(certificate);
        }
    }

    public ImmutableArray<CertificateDescription> ListCertificates()
    {
        lock (_gate) return [.. _certificates.Values.Select(certificate => certificate.Description)];
    }

    /// <returns>Whether the certificate was active and is not any more.</returns>
    private bool SetStatus(CertificateEntry certificate, CertificateStatus status)
    {
        var before = certificate.Description.Status;
        if (before == status) return false;
        certificate.Description = certificate.Description with { Status = status, LastModifiedDate = Now };
        Regrant(certificate);
        return before == CertificateStatus.Active;
    }

    private CertificateDescription Add(X509Certificate2 certificate, CertificateStatus status)
    {
        lock (_gate) return AddCertificate(Describe(certificate, status)).Description;
    }

    private CertificateEntry AddCertificate(CertificateDescription description)
    {
        CheckRoom(_certificates.Count + _deletedCertificates.Count, "certificates");
        var entry = new CertificateEntry(description, new CertificateGrants(timeProvider, settings.PolicyDelay));
        _certificates.Add(description.CertificateId, entry);
        Regrant(entry);
        return entry;
    }

    private CertificateDescription Describe(X509Certificate2 certificate, CertificateStatus status)
    {
        string id = CertificateAuthority.IdOf(certificate);
        var now = Now;
        return new CertificateDescription(
            id, Arns.Certificate(id), certificate.ExportCertificatePem() + "\n", status, now, now,
            certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
    }

    private void Forget(CertificateEntry certificate)
    {
        foreach (var policy in certificate.Policies) policy.Targets.Remove(certificate);
        _certificates.Remove(certificate.Description.CertificateId);
        certificate.Principal.Grants.Change(Grants.None);
        _deletedCertificates.Add(certificate.Description.CertificateId, certificate.Principal);
    }
}
