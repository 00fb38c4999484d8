namespace CloudKick.LocalCloud;

/// <summary>Who asks for something: a device by its certificate, or a caller by its signature.</summary>
/// <param name="Id">
/// What lifecycle events call <c>principalIdentifier</c>: the certificate's id, or the id of the access key's owner.
/// </param>
internal abstract record Principal(string Id);

/// <summary>A device's certificate: its IoT policies apply, with the variables of its things.</summary>
/// <param name="CertificateId">SHA-256 of its DER, 64 lower-case hexadecimal digits.</param>
/// <param name="Grants">What the registry lets it do.</param>
internal sealed record CertificatePrincipal(string CertificateId, CertificateGrants Grants) : Principal(CertificateId);

/// <summary>A caller whose request is signed (Signature Version 4): its own IAM document applies.</summary>
/// <param name="PrincipalId">For example <c>AIDAEXAMPLE</c>; unique among identities.</param>
/// <param name="Policy">What it may do; null is an administrator, who may do everything.</param>
internal sealed record SignedPrincipal(string PrincipalId, PolicyDocument? Policy) : Principal(PrincipalId);
