using System.Text.Json.Serialization;

namespace CloudKick.LocalCloud;

// Requests and answers of AWS's iot service, member by member as its service model has them. Times are seconds since 1970.

internal sealed record EndpointAnswer(string EndpointAddress);

internal sealed record AttributePayload(Dictionary<string, string>? Attributes, bool Merge = false);

internal sealed record CreateThingRequest(string? ThingTypeName, AttributePayload? AttributePayload);

internal sealed record CreateThingAnswer(string ThingName, string ThingArn, string ThingId);

internal sealed record DescribeThingAnswer(
    string DefaultClientId, string ThingName, string ThingId, string ThingArn, string? ThingTypeName, IReadOnlyDictionary<string, string> Attributes, long Version);

internal sealed record UpdateThingRequest(string? ThingTypeName, AttributePayload? AttributePayload, long? ExpectedVersion, bool RemoveThingType = false);

internal sealed record ThingSummary(string ThingName, string? ThingTypeName, string ThingArn, IReadOnlyDictionary<string, string> Attributes, long Version);

internal sealed record ThingPage(IReadOnlyList<ThingSummary> Things, string? NextToken);

internal sealed record ThingTypeProperties(string? ThingTypeDescription, IReadOnlyList<string>? SearchableAttributes);

internal sealed record ThingTypeMetadata(bool Deprecated, double CreationDate);

internal sealed record CreateThingTypeRequest(ThingTypeProperties? ThingTypeProperties);

internal sealed record CreateThingTypeAnswer(string ThingTypeName, string ThingTypeArn, string ThingTypeId);

internal sealed record ThingTypeAnswer(
    string ThingTypeName, string ThingTypeArn, string? ThingTypeId, ThingTypeProperties ThingTypeProperties, ThingTypeMetadata ThingTypeMetadata);

internal sealed record ThingTypePage(IReadOnlyList<ThingTypeAnswer> ThingTypes, string? NextToken);

internal sealed record ConnectivityAnswer(string ThingName, bool Connected, double? Timestamp, string? DisconnectReason);

internal sealed record CsrRequest(string? CertificateSigningRequest);

internal sealed record KeyPair(
    [property: JsonPropertyName("PublicKey")] string PublicKey, [property: JsonPropertyName("PrivateKey")] string PrivateKey);

internal sealed record CertificateAnswer(string CertificateArn, string CertificateId, string CertificatePem, KeyPair? KeyPair);

internal sealed record CertificateValidity(double NotBefore, double NotAfter);

internal sealed record CertificateDetails(
    string CertificateArn, string CertificateId, string Status, string CertificatePem, string OwnedBy, double CreationDate, double LastModifiedDate,
    int CustomerVersion, CertificateValidity Validity, string CertificateMode);

internal sealed record DescribeCertificateAnswer(CertificateDetails CertificateDescription);

internal sealed record CertificateSummary(string CertificateArn, string CertificateId, string Status, string CertificateMode, double CreationDate);

internal sealed record CertificatePage(IReadOnlyList<CertificateSummary> Certificates, string? NextMarker);

internal sealed record PolicyDocumentRequest(string? PolicyDocument);

internal sealed record CreatePolicyAnswer(string PolicyName, string PolicyArn, string PolicyDocument, string PolicyVersionId);

internal sealed record GetPolicyAnswer(
    string PolicyName, string PolicyArn, string PolicyDocument, string DefaultVersionId, double CreationDate, double LastModifiedDate);

internal sealed record PolicyVersionAnswer(
    string? PolicyName, string PolicyArn, string PolicyDocument, string PolicyVersionId, bool IsDefaultVersion, double? CreationDate, double? LastModifiedDate);

internal sealed record PolicyVersionSummary(string VersionId, bool IsDefaultVersion, double CreateDate);

internal sealed record PolicyVersionList(IReadOnlyList<PolicyVersionSummary> PolicyVersions);

internal sealed record PolicySummary(string PolicyName, string PolicyArn);

internal sealed record PolicyPage(IReadOnlyList<PolicySummary> Policies, string? NextMarker);

internal sealed record TargetRequest(string? Target);

internal sealed record TargetPage(IReadOnlyList<string> Targets, string? NextMarker);

internal sealed record PrincipalPage(IReadOnlyList<string> Principals, string? NextToken);

internal sealed record ThingPrincipalObject(string Principal, string ThingPrincipalType);

internal sealed record ThingPrincipalPage(IReadOnlyList<ThingPrincipalObject> ThingPrincipalObjects, string? NextToken);

internal sealed record PrincipalThings(IReadOnlyList<string> Things, string? NextToken);

internal sealed record PrincipalThingObject(string ThingName, string ThingPrincipalType);

internal sealed record PrincipalThingPage(IReadOnlyList<PrincipalThingObject> PrincipalThingObjects, string? NextToken);

internal sealed record RegisterThingRequest(string? TemplateBody, Dictionary<string, string>? Parameters);

internal sealed record RegisterThingAnswer(string? CertificatePem, IReadOnlyDictionary<string, string> ResourceArns);

internal sealed record CreateTemplateRequest(
    string? TemplateName, string? TemplateBody, string? Description, string? ProvisioningRoleArn, bool Enabled = false);

internal sealed record CreateTemplateAnswer(string TemplateArn, string TemplateName, int DefaultVersionId);

internal sealed record TemplateAnswer(
    string TemplateArn, string TemplateName, string? Description, bool Enabled, double CreationDate, double LastModifiedDate)
{
    public string? TemplateBody { get; init; }

    public string? ProvisioningRoleArn { get; init; }

    public int? DefaultVersionId { get; init; }
}

internal sealed record TemplatePage(IReadOnlyList<TemplateAnswer> Templates, string? NextToken);

/// <summary>An answer without members.</summary>
internal sealed record Nothing;

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(EndpointAnswer))]
[JsonSerializable(typeof(CreateThingRequest))]
[JsonSerializable(typeof(CreateThingAnswer))]
[JsonSerializable(typeof(DescribeThingAnswer))]
[JsonSerializable(typeof(UpdateThingRequest))]
[JsonSerializable(typeof(ThingPage))]
[JsonSerializable(typeof(CreateThingTypeRequest))]
[JsonSerializable(typeof(CreateThingTypeAnswer))]
[JsonSerializable(typeof(ThingTypeAnswer))]
[JsonSerializable(typeof(ThingTypePage))]
[JsonSerializable(typeof(ConnectivityAnswer))]
[JsonSerializable(typeof(CsrRequest))]
[JsonSerializable(typeof(CertificateAnswer))]
[JsonSerializable(typeof(DescribeCertificateAnswer))]
[JsonSerializable(typeof(CertificatePage))]
[JsonSerializable(typeof(PolicyDocumentRequest))]
[JsonSerializable(typeof(CreatePolicyAnswer))]
[JsonSerializable(typeof(GetPolicyAnswer))]
[JsonSerializable(typeof(PolicyVersionAnswer))]
[JsonSerializable(typeof(PolicyVersionList))]
[JsonSerializable(typeof(PolicyPage))]
[JsonSerializable(typeof(TargetRequest))]
[JsonSerializable(typeof(TargetPage))]
[JsonSerializable(typeof(PrincipalPage))]
[JsonSerializable(typeof(ThingPrincipalPage))]
[JsonSerializable(typeof(PrincipalThings))]
[JsonSerializable(typeof(PrincipalThingPage))]
[JsonSerializable(typeof(RegisterThingRequest))]
[JsonSerializable(typeof(RegisterThingAnswer))]
[JsonSerializable(typeof(CreateTemplateRequest))]
[JsonSerializable(typeof(CreateTemplateAnswer))]
[JsonSerializable(typeof(TemplateAnswer))]
[JsonSerializable(typeof(TemplatePage))]
[JsonSerializable(typeof(Nothing))]
internal sealed partial class ControlJson : JsonSerializerContext;
