using System.Security.Cryptography.X509Certificates;

namespace CloudKick.LocalCloud;

internal sealed partial class Registry
{
    private const string CommonNameParameter = "AWS::IoT::Certificate::CommonName";
    private const string CertificateIdParameter = "AWS::IoT::Certificate::Id";

    private readonly ProvisioningTemplate _firstConnection = DefaultResources.FirstConnection(settings.Arns);

    /// <summary>
    /// The certificate that a device presents: the registry's, whatever its state. One that it has never seen is registered
    /// if LocalCloud's authority signed it, as AWS's just-in-time provisioning does, except that the first connection is not
    /// cut. Its common name decides what it becomes: the relay, a claim, or the thing of that name.
    /// </summary>
    /// <param name="certificate">As the TLS handshake showed it.</param>
    /// <param name="ofOurAuthority">Whether its chain ends at LocalCloud's authority.</param>
    /// <returns>Null for a certificate that nobody knows. Whether it may connect is for its grants to say.</returns>
    /// <exception cref="RegistryException">It cannot be registered: there is no room, or the registry lacks what it needs.</exception>
    public CertificatePrincipal? Recognize(X509Certificate2 certificate, bool ofOurAuthority)
    {
        string id = CertificateAuthority.IdOf(certificate);
        lock (_gate)
        {
            if (_certificates.TryGetValue(id, out var known)) return known.Principal;
            if (_deletedCertificates.TryGetValue(id, out var deleted)) return deleted;
        }
        string commonName = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        if (!ofOurAuthority || !ThingName.IsValid(commonName)) return null;

        var description = Describe(certificate, CertificateStatus.Active);
        lock (_gate)
        {
            // Another connection with the same certificate may have been faster.
            if (_certificates.TryGetValue(id, out var entry)) return entry.Principal;
            entry = AddCertificate(description);
            Provision(entry, commonName);
            entry.Principal.Grants.Settle();
            return entry.Principal;
        }
    }

    private void Provision(CertificateEntry certificate, string commonName)
    {
        switch (commonName)
        {
            case ThingName.Relay:
                Attach(FindPolicy(DefaultResources.RelayPolicy), certificate);
                break;
            case ThingName.Claim:
                Attach(FindPolicy(DefaultResources.ClaimPolicy), certificate);
                break;
            default:
                var parameters = new Dictionary<string, string>
                {
                    [CommonNameParameter] = commonName,
                    [CertificateIdParameter] = certificate.Description.CertificateId,
                };
                Register(_firstConnection.Fill(parameters));
                break;
        }
    }
}
