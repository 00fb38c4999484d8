using System.Collections.Immutable;
using System.Globalization;

namespace CloudKick.LocalCloud;

internal sealed partial class Registry
{
    /// <summary>Its first version is 1, and the default.</summary>
    public PolicyDescription CreatePolicy(string policyName, string? policyDocument)
    {
        RegistryNames.CheckPolicy(policyName);
        var version = Compile(policyDocument);
        lock (_gate)
        {
            if (_policies.ContainsKey(policyName))
            {
                throw new RegistryException(
                    RegistryFault.ResourceAlreadyExists, $"Policy cannot be created - name already exists (name={policyName})", Arns.Policy(policyName), policyName);
            }
            CheckRoom(_policies.Count, "policies");
            var policy = new PolicyEntry(policyName, version.CreatedAt) { LastVersion = 1, DefaultVersion = 1 };
            policy.Versions.Add(1, version);
            _policies.Add(policyName, policy);
            return Describe(policy);
        }
    }

    public PolicyDescription GetPolicy(string policyName)
    {
        lock (_gate) return Describe(FindPolicy(policyName));
    }

    public ImmutableArray<PolicyDescription> ListPolicies()
    {
        lock (_gate) return [.. _policies.Values.OrderBy(policy => policy.Name, StringComparer.Ordinal).Select(Describe)];
    }

    public void DeletePolicy(string policyName)
    {
        lock (_gate)
        {
            var policy = FindPolicy(policyName);
            if (policy.Versions.Count > 1)
            {
                throw new RegistryException(
                    RegistryFault.DeleteConflict, $"Cannot delete the policy because it has one or more policy versions attached to it (name={policyName})");
            }
            if (policy.Targets.Count > 0)
            {
                throw new RegistryException(
                    RegistryFault.DeleteConflict, $"The policy cannot be deleted as the policy is attached to one or more principals (name={policyName})");
            }
            _policies.Remove(policyName);
        }
    }

    public PolicyVersionDescription CreatePolicyVersion(string policyName, string? policyDocument, bool setAsDefault)
    {
        var version = Compile(policyDocument);
        lock (_gate)
        {
            var policy = FindPolicy(policyName);
            if (policy.Versions.Count >= RegistrySettings.MaximumPolicyVersions)
            {
                throw new RegistryException(
                    RegistryFault.VersionsLimitExceeded,
                    $"The policy {policyName} already has the maximum number of versions ({RegistrySettings.MaximumPolicyVersions})");
            }
            int number = ++policy.LastVersion;
            policy.Versions.Add(number, version);
            policy.ModifiedAt = version.CreatedAt;
            if (setAsDefault) SetDefault(policy, number);
            return DescribeVersion(policy, number);
        }
    }

    public PolicyVersionDescription GetPolicyVersion(string policyName, string policyVersionId)
    {
        lock (_gate)
        {
            var policy = FindPolicy(policyName);
            return DescribeVersion(policy, FindVersion(policy, policyVersionId));
        }
    }

    public ImmutableArray<PolicyVersionDescription> ListPolicyVersions(string policyName)
    {
        lock (_gate)
        {
            var policy = FindPolicy(policyName);
            return [.. policy.Versions.Keys.Select(number => DescribeVersion(policy, number))];
        }
    }

    public void SetDefaultPolicyVersion(string policyName, string policyVersionId)
    {
        lock (_gate)
        {
            var policy = FindPolicy(policyName);
            SetDefault(policy, FindVersion(policy, policyVersionId));
            policy.ModifiedAt = Now;
        }
    }

    public void DeletePolicyVersion(string policyName, string policyVersionId)
    {
        lock (_gate)
        {
            var policy = FindPolicy(policyName);
            int number = FindVersion(policy, policyVersionId);
            if (number == policy.DefaultVersion)
                throw new RegistryException(RegistryFault.DeleteConflict, $"Cannot delete the default version of a policy (name={policyName})");
            policy.Versions.Remove(number);
        }
    }

    private PolicyVersion Compile(string? document)
    {
        if (string.IsNullOrWhiteSpace(document)) throw new RegistryException(RegistryFault.InvalidRequest, "policyDocument is missing.");
        int length = document.Count(character => !char.IsWhiteSpace(character));
        if (length > RegistrySettings.MaximumPolicyLength)
        {
            throw new RegistryException(
                RegistryFault.MalformedPolicy, $"The policy document has {length} characters; at most {RegistrySettings.MaximumPolicyLength} are allowed, white space not counted.");
        }
        try
        {
            return new PolicyVersion(document, PolicyDocument.Parse(document), Now);
        }
        catch (PolicySyntaxException exception)
        {
            throw new RegistryException(RegistryFault.MalformedPolicy, $"Policy document is Malformed: {exception.Message}");
        }
    }

    private static void SetDefault(PolicyEntry policy, int number)
    {
        policy.DefaultVersion = number;
        foreach (var certificate in policy.Targets) Regrant(certificate);
    }

    private static int FindVersion(PolicyEntry policy, string policyVersionId) =>
        int.TryParse(policyVersionId, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && policy.Versions.ContainsKey(number)
            ? number
            : throw new RegistryException(RegistryFault.ResourceNotFound, $"Policy version not found (name={policy.Name}, version={policyVersionId})");

    private PolicyDescription Describe(PolicyEntry policy) => new(
        policy.Name, Arns.Policy(policy.Name), policy.Default.Text, policy.DefaultVersion.ToString(CultureInfo.InvariantCulture), policy.CreatedAt, policy.ModifiedAt);

    private PolicyVersionDescription DescribeVersion(PolicyEntry policy, int number) => new(
        policy.Name, Arns.Policy(policy.Name), number.ToString(CultureInfo.InvariantCulture), policy.Versions[number].Text, number == policy.DefaultVersion,
        policy.Versions[number].CreatedAt);
}
