using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>Targets and principals are certificates, named by ARN: thing groups and Cognito identities are not offered.</summary>
internal sealed partial class Registry
{
    /// <summary>Succeeds again.</summary>
    public void AttachPolicy(string policyName, string? target)
    {
        string certificateId = Arns.CertificateIdIn(target);
        lock (_gate) Attach(FindPolicy(policyName), FindCertificate(certificateId));
    }

    /// <summary>Also succeeds where the policy was not attached.</summary>
    public void DetachPolicy(string policyName, string? target)
    {
        string certificateId = Arns.CertificateIdIn(target);
        lock (_gate)
        {
            var policy = FindPolicy(policyName);
            var certificate = FindCertificate(certificateId);
            policy.Targets.Remove(certificate);
            if (certificate.Policies.Remove(policy)) Regrant(certificate);
        }
    }

    public ImmutableArray<PolicyDescription> ListAttachedPolicies(string? target)
    {
        string certificateId = Arns.CertificateIdIn(target);
        lock (_gate) return [.. FindCertificate(certificateId).Policies.OrderBy(policy => policy.Name, StringComparer.Ordinal).Select(Describe)];
    }

    /// <returns>ARNs of certificates.</returns>
    public ImmutableArray<string> ListTargetsForPolicy(string policyName)
    {
        lock (_gate)
            return [.. FindPolicy(policyName).Targets.Select(certificate => certificate.Description.CertificateArn).Order(StringComparer.Ordinal)];
    }

    /// <param name="thingName">The thing.</param>
    /// <param name="principal">ARN of a certificate.</param>
    /// <param name="exclusive">
    /// <c>EXCLUSIVE_THING</c>: the certificate is this thing's alone. Refused if it has another thing; and as long as it holds,
    /// no other thing is attached to it.
    /// </param>
    public void AttachThingPrincipal(string thingName, string? principal, bool exclusive = false)
    {
        string certificateId = Arns.CertificateIdIn(principal);
        lock (_gate) Attach(FindThing(thingName), FindCertificate(certificateId), exclusive);
    }

    public void DetachThingPrincipal(string thingName, string? principal)
    {
        string certificateId = Arns.CertificateIdIn(principal);
        lock (_gate)
        {
            var thing = FindThing(thingName);
            var certificate = FindCertificate(certificateId);
            if (!certificate.Things.Remove(thing)) return;
            thing.Principals.Remove(certificate);
            Regrant(certificate);
        }
    }

    public ImmutableArray<ThingPrincipal> ListThingPrincipals(string thingName)
    {
        lock (_gate)
        {
            return [.. FindThing(thingName).Principals
                .Select(pair => new ThingPrincipal(thingName, pair.Key.Description.CertificateArn, pair.Value))
                .OrderBy(pair => pair.PrincipalArn, StringComparer.Ordinal)];
        }
    }

    public ImmutableArray<ThingPrincipal> ListPrincipalThings(string? principal)
    {
        string certificateId = Arns.CertificateIdIn(principal);
        lock (_gate)
        {
            return [.. FindCertificate(certificateId).Things
                .Select(pair => new ThingPrincipal(pair.Key.Description.ThingName, Arns.Certificate(certificateId), pair.Value))
                .OrderBy(pair => pair.ThingName, StringComparer.Ordinal)];
        }
    }

    private static void Attach(PolicyEntry policy, CertificateEntry certificate)
    {
        if (certificate.Policies.Contains(policy)) return;
        if (certificate.Policies.Count >= RegistrySettings.MaximumPoliciesPerCertificate)
        {
            throw new RegistryException(
                RegistryFault.LimitExceeded,
                $"The maximum number of policies attached to a principal ({RegistrySettings.MaximumPoliciesPerCertificate}) is reached: {certificate.Description.CertificateArn}");
        }
        certificate.Policies.Add(policy);
        policy.Targets.Add(certificate);
        Regrant(certificate);
    }

    private static void Attach(ThingEntry thing, CertificateEntry certificate, bool exclusive)
    {
        bool hasAnother = certificate.Things.Keys.Any(other => other != thing);
        bool isAnothersAlone = certificate.Things.Any(pair => pair.Key != thing && pair.Value);
        if (isAnothersAlone || (exclusive && hasAnother))
        {
            throw new RegistryException(
                RegistryFault.InvalidRequest, $"The principal {certificate.Description.CertificateArn} is attached to another thing, which an exclusive attachment does not allow.");
        }
        certificate.Things[thing] = exclusive;
        thing.Principals[certificate] = exclusive;
        Regrant(certificate);
    }
}
