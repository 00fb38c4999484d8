using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>
/// AWS IoT's registry of one account in one region: things, thing types, certificates, policies, provisioning templates
/// and what is attached to what. One method for each operation of the control plane, with its rules and its errors
/// (<see cref="RegistryException"/>); the HTTPS API and provisioning over MQTT call the same. Lists come whole and in the
/// order of their names, except certificates, which come in the order of their creation. In memory, bounded, thread safe:
/// one lock, under which nothing else is called that locks, apart from <see cref="CertificateGrants"/>.
/// </summary>
internal sealed partial class Registry(RegistrySettings settings, CertificateAuthority authority, TimeProvider timeProvider)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ThingEntry> _things = [];
    private readonly Dictionary<string, ThingTypeDescription> _thingTypes = [];
    private readonly OrderedDictionary<string, CertificateEntry> _certificates = [];
    private readonly Dictionary<string, CertificatePrincipal> _deletedCertificates = [];
    private readonly Dictionary<string, PolicyEntry> _policies = [];
    private readonly Dictionary<string, TemplateDescription> _templates = [];

    /// <summary>
    /// Called after a certificate that was active is not any more, with its id; outside the registry's lock.
    /// </summary>
    public Action<string>? CertificateEnded { get; set; }

    public Arns Arns => settings.Arns;

    private DateTimeOffset Now => timeProvider.GetUtcNow();

    private void CheckRoom(int count, string what)
    {
        if (count >= settings.Capacity) throw new RegistryException(RegistryFault.LimitExceeded, $"LocalCloud holds at most {settings.Capacity} {what}.");
    }

    private ThingEntry FindThing(string thingName) => _things.TryGetValue(thingName, out var thing)
        ? thing : throw new RegistryException(RegistryFault.ResourceNotFound, $"Thing {thingName} cannot be found.");

    private CertificateEntry FindCertificate(string certificateId) => _certificates.TryGetValue(certificateId, out var certificate)
        ? certificate : throw new RegistryException(RegistryFault.ResourceNotFound, $"The certificate given in the principal does not exist. ({certificateId})");

    private PolicyEntry FindPolicy(string policyName) => _policies.TryGetValue(policyName, out var policy)
        ? policy : throw new RegistryException(RegistryFault.ResourceNotFound, $"Policy not found (name={policyName})");

    /// <summary>Tells a certificate's connections what it may do from now on.</summary>
    private static void Regrant(CertificateEntry certificate) => certificate.Principal.Grants.Change(new Grants(
        certificate.Description.Status,
        [.. certificate.Policies.OrderBy(policy => policy.Name, StringComparer.Ordinal).Select(policy => policy.Default.Document)],
        certificate.Things.ToImmutableDictionary(
            pair => pair.Key.Description.ThingName,
            pair => new ThingFacts(pair.Key.Description.ThingName, pair.Key.Description.ThingTypeName, pair.Key.Description.Attributes, pair.Value))));
}
