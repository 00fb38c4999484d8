using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>What is done with a resource of a template that is there already and differs.</summary>
internal enum TemplateOverride
{
    Fail,
    DoNothing,
    Replace,
    Merge,
}

/// <summary>A provisioning template with its parameters filled in: what is to be made.</summary>
internal sealed record ProvisioningPlan(
    ThingPlan? Thing, CertificatePlan? Certificate, ImmutableArray<PolicyPlan> Policies, ImmutableSortedDictionary<string, string> DeviceConfiguration);

internal sealed record ThingPlan(
    string LogicalName, string ThingName, string? ThingTypeName, ImmutableSortedDictionary<string, string>? Attributes,
    TemplateOverride OverrideType, TemplateOverride OverrideAttributes);

/// <summary>Exactly one of <paramref name="CertificateId"/> and <paramref name="SigningRequest"/> is given.</summary>
internal sealed record CertificatePlan(
    string LogicalName, string? CertificateId, string? SigningRequest, CertificateStatus Status, TemplateOverride OverrideStatus);

/// <summary>At least one of <paramref name="PolicyName"/> and <paramref name="Document"/> is given.</summary>
internal sealed record PolicyPlan(string LogicalName, string? PolicyName, string? Document);
