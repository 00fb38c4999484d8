using System.Collections.Immutable;

namespace CloudKick.LocalCloud;

/// <summary>A thing as DescribeThing tells it.</summary>
internal sealed record ThingDescription(
    string ThingName, string ThingId, string ThingArn, string? ThingTypeName, ImmutableSortedDictionary<string, string> Attributes, long Version)
{
    /// <summary>AWS suggests the thing's name as client id.</summary>
    public string DefaultClientId => ThingName;
}

internal sealed record ThingTypeDescription(
    string ThingTypeName, string ThingTypeId, string ThingTypeArn, string? Description, ImmutableArray<string> SearchableAttributes, DateTimeOffset CreationDate);

/// <summary>A certificate as DescribeCertificate tells it. Validity and creation are moments in UTC.</summary>
internal sealed record CertificateDescription(
    string CertificateId, string CertificateArn, string CertificatePem, CertificateStatus Status, DateTimeOffset CreationDate, DateTimeOffset LastModifiedDate,
    DateTimeOffset NotBefore, DateTimeOffset NotAfter);

/// <summary>A new certificate with the key pair that was made for it, which the registry does not keep.</summary>
internal sealed record KeysAndCertificate(CertificateDescription Certificate, string PublicKeyPem, string PrivateKeyPem);

/// <summary>One version of a policy.</summary>
internal sealed record PolicyVersionDescription(
    string PolicyName, string PolicyArn, string VersionId, string Document, bool IsDefault, DateTimeOffset CreationDate);

/// <summary>A policy with the document of its default version, as GetPolicy tells it.</summary>
internal sealed record PolicyDescription(
    string PolicyName, string PolicyArn, string Document, string DefaultVersionId, DateTimeOffset CreationDate, DateTimeOffset LastModifiedDate);

/// <summary>A thing's principal, or a principal's thing, and whether they are each other's alone (<c>EXCLUSIVE_THING</c>).</summary>
internal sealed record ThingPrincipal(string ThingName, string PrincipalArn, bool Exclusive);

internal sealed record TemplateDescription(
    string TemplateName, string TemplateArn, string? Description, string Body, bool Enabled, string? ProvisioningRoleArn, DateTimeOffset CreationDate,
    DateTimeOffset LastModifiedDate);

/// <summary>What RegisterThing made.</summary>
/// <param name="ThingName">The thing; null if the template makes none.</param>
/// <param name="CertificatePem">The certificate; null if the template has none.</param>
/// <param name="ResourceArns">ARN by the logical name of each of the template's resources.</param>
/// <param name="DeviceConfiguration">What the template tells the device.</param>
internal sealed record RegisteredThing(
    string? ThingName, string? CertificatePem, ImmutableSortedDictionary<string, string> ResourceArns, ImmutableSortedDictionary<string, string> DeviceConfiguration);
