using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>Who asks for something: a device by its certificate, or a caller by its signature.</summary>
/// <param name="Id">
/// What lifecycle events call <c>principalIdentifier</c>: the certificate's id, or the id of the access key's owner.
/// </param>
internal abstract record Principal(string Id);

/// <summary>A device's certificate: its IoT policies apply, with the variables of its things.</summary>
/// <param name="CertificateId">SHA-256 of its DER, 64 lower-case hexadecimal digits.</param>
/// <param name="Grants">What the registry lets it do.</param>
/// <param name="Facts">What it says of itself.</param>
internal sealed record CertificatePrincipal(string CertificateId, CertificateGrants Grants, CertificateFacts Facts) : Principal(CertificateId);

/// <summary>A caller whose request is signed (Signature Version 4): its own IAM document applies.</summary>
/// <param name="PrincipalId">For example <c>AIDAEXAMPLE</c>; unique among identities.</param>
/// <param name="Policy">What it may do; null is an administrator, who may do everything.</param>
internal sealed record SignedPrincipal(string PrincipalId, PolicyDocument? Policy) : Principal(PrincipalId)
{
    public ImmutableArray<PolicyDocument>? Policies { get; } = Policy is null ? null : [Policy];

    /// <exception cref="ArgumentException">The identity's document is not one of AWS's language.</exception>
    public static SignedPrincipal Of(CloudIdentity identity)
    {
        try
        {
            return new SignedPrincipal(identity.AccessKeyId, identity.PolicyDocument is { } document ? PolicyDocument.Parse(document) : null);
        }
        catch (PolicySyntaxException exception)
        {
            throw new ArgumentException($"The policy document of {identity.Name} is malformed: {exception.Message}", nameof(identity), exception);
        }
    }
}
