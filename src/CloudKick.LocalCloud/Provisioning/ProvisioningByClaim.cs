using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>
/// Provisioning over MQTT (AWS IoT Core developer guide, "Device provisioning MQTT API"): a device with a claim certificate
/// gets one of its own, and turns it into a thing by a template. JSON only; CBOR is not offered. Answers go to
/// <c>…/accepted</c> or <c>…/rejected</c>, to the connection that asked. Thread safe.
/// </summary>
internal sealed class ProvisioningByClaim(Registry registry, TimeProvider timeProvider)
{
    private const string CreateTopic = "$aws/certificates/create/json";
    private const string CreateFromCsrTopic = "$aws/certificates/create-from-csr/json";
    private const string TemplatePrefix = "$aws/provisioning-templates/";
    private const string ProvisionSuffix = "/provision/json";

    private readonly OwnershipTokens _tokens = new(timeProvider);

    /// <summary>Does what a message to a reserved topic asks for.</summary>
    /// <returns>What to answer; null if nothing is offered under this topic.</returns>
    public MqttMessage? Handle(MqttMessage request) => request.Topic switch
    {
        CreateTopic => Answer(request, _ => CreateKeys(), ProvisioningJson.Default.CreatedCertificate),
        CreateFromCsrTopic => Answer(request, CreateFromCsr, ProvisioningJson.Default.CreatedCertificate),
        _ when TemplateIn(request.Topic) is { } template => Answer(request, payload => Provision(template, payload), ProvisioningJson.Default.ProvisionedThing),
        _ => null,
    };

    /// <summary>Deletes certificates that were not put to use within their token's hour.</summary>
    public void DiscardUnused()
    {
        foreach (string certificateId in _tokens.TakeExpired()) registry.DiscardUnused(certificateId);
    }

    private CreatedCertificate CreateKeys()
    {
        var created = registry.CreateKeysAndCertificate(CertificateStatus.PendingActivation);
        return Created(created.Certificate) with { PrivateKey = created.PrivateKeyPem };
    }

    private CreatedCertificate CreateFromCsr(ReadOnlyMemory<byte> payload)
    {
        var request = Read(payload, ProvisioningJson.Default.CreateFromCsrRequest);
        return Created(registry.CreateCertificateFromCsr(request.CertificateSigningRequest, CertificateStatus.PendingActivation));
    }

    private CreatedCertificate Created(CertificateDescription certificate) =>
        new(_tokens.Issue(certificate.CertificateId), certificate.CertificateId, certificate.CertificatePem);

    private ProvisionedThing Provision(string template, ReadOnlyMemory<byte> payload)
    {
        var request = Read(payload, ProvisioningJson.Default.ProvisionRequest);
        var registered = _tokens.Use(request.CertificateOwnershipToken, id => registry.RegisterThing(template, id, request.Parameters));
        return new ProvisionedThing(registered.DeviceConfiguration, registered.ThingName);
    }

    private static MqttMessage Answer<T>(MqttMessage request, Func<ReadOnlyMemory<byte>, T> operation, JsonTypeInfo<T> type)
    {
        try
        {
            return Message($"{request.Topic}/accepted", operation(request.Payload), type);
        }
        catch (RegistryException exception)
        {
            var error = new ProvisioningError(StatusOf(exception.Fault), exception.Fault.ToString(), exception.Message);
            return Message($"{request.Topic}/rejected", error, ProvisioningJson.Default.ProvisioningError);
        }
    }

    private static MqttMessage Message<T>(string topic, T body, JsonTypeInfo<T> type) => new()
    {
        Topic = topic,
        Payload = JsonSerializer.SerializeToUtf8Bytes(body, type),
        QualityOfService = MqttQualityOfService.AtLeastOnce,
    };

    private static T Read<T>(ReadOnlyMemory<byte> payload, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(payload.Span, type) ?? throw new RegistryException(RegistryFault.InvalidRequest, "The payload is null.");
        }
        catch (JsonException exception)
        {
            throw new RegistryException(RegistryFault.InvalidRequest, $"The payload is not the JSON that is expected: {exception.Message}");
        }
    }

    private static string? TemplateIn(string topic) =>
        topic.StartsWith(TemplatePrefix, StringComparison.Ordinal) && topic.EndsWith(ProvisionSuffix, StringComparison.Ordinal)
        && topic.Length > TemplatePrefix.Length + ProvisionSuffix.Length
            ? topic[TemplatePrefix.Length..^ProvisionSuffix.Length] : null;

    private static int StatusOf(RegistryFault fault) => fault switch
    {
        RegistryFault.ResourceNotFound => 404,
        RegistryFault.LimitExceeded => 410,
        _ => 400,
    };
}
