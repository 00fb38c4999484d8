using System.Text.Json.Serialization;

namespace CloudKick.LocalCloud;

internal sealed record CreateFromCsrRequest(string? CertificateSigningRequest);

internal sealed record CreatedCertificate(string CertificateOwnershipToken, string CertificateId, string CertificatePem)
{
    public string? PrivateKey { get; init; }
}

internal sealed record ProvisionRequest(string? CertificateOwnershipToken, IReadOnlyDictionary<string, string>? Parameters);

internal sealed record ProvisionedThing(IReadOnlyDictionary<string, string> DeviceConfiguration, string? ThingName);

internal sealed record ProvisioningError(int StatusCode, string ErrorCode, string ErrorMessage);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateFromCsrRequest))]
[JsonSerializable(typeof(CreatedCertificate))]
[JsonSerializable(typeof(ProvisionRequest))]
[JsonSerializable(typeof(ProvisionedThing))]
[JsonSerializable(typeof(ProvisioningError))]
internal sealed partial class ProvisioningJson : JsonSerializerContext;
