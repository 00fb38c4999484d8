using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

internal sealed partial class Registry
{
    /// <summary>
    /// The certificate that a device presents: the registry's, whatever its state. One that it has never seen is registered
    /// if LocalCloud's authority signed it, as AWS's just-in-time provisioning does.
    /// </summary>
    /// <param name="certificate">As the TLS handshake showed it.</param>
    /// <param name="ofOurAuthority">Whether its chain ends at LocalCloud's authority.</param>
    /// <returns>Null for a certificate that nobody knows. Whether it may connect is for its grants to say.</returns>
    /// <exception cref="RegistryException">There is no room for another certificate.</exception>
    public CertificatePrincipal? Recognize(X509Certificate2 certificate, bool ofOurAuthority)
    {
        string id = CertificateAuthority.IdOf(certificate);
        lock (_gate)
        {
            if (_certificates.TryGetValue(id, out var known)) return new CertificatePrincipal(id, known.Grants);
            if (_deletedCertificates.TryGetValue(id, out var deleted)) return new CertificatePrincipal(id, deleted);
            if (!ofOurAuthority) return null;
            return new CertificatePrincipal(id, AddCertificate(Describe(certificate, CertificateStatus.Active)).Grants);
        }
    }
}
