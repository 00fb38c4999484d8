using System.Collections.Immutable;
using System.Text.Json;

namespace CloudKick.LocalCloud;

/// <summary>
/// The body of a provisioning template (AWS IoT Core developer guide, "Provisioning templates"): Parameters, Mappings,
/// Resources (one thing, one certificate, any number of policies) and DeviceConfiguration. Immutable.
/// </summary>
internal sealed class ProvisioningTemplate
{
    private readonly JsonElement _root;
    private readonly JsonElement _resources;

    private ProvisioningTemplate(JsonElement root, JsonElement resources)
    {
        _root = root;
        _resources = resources;
    }

    /// <exception cref="RegistryException">The body is not a template.</exception>
    public static ProvisioningTemplate Parse(string? body)
    {
        if (string.IsNullOrWhiteSpace(body)) throw Invalid("templateBody is missing.");
        JsonElement root;
        try
        {
            root = JsonElement.Parse(body, new JsonDocumentOptions { AllowDuplicateProperties = false });
        }
        catch (JsonException exception)
        {
            throw Invalid($"The template body is not JSON: {exception.Message}");
        }
        if (Member(root, "Resources") is not { ValueKind: JsonValueKind.Object } resources) throw Invalid("The template body has no Resources.");
        return new ProvisioningTemplate(root, resources);
    }

    /// <summary>Fills in parameters; those that are not given have their defaults.</summary>
    /// <exception cref="RegistryException">A parameter has no value, or a resource is not as AWS describes it.</exception>
    public ProvisioningPlan Fill(IReadOnlyDictionary<string, string> parameters)
    {
        var values = new TemplateValues(WithDefaults(parameters), Member(_root, "Mappings"));
        ThingPlan? thing = null;
        CertificatePlan? certificate = null;
        var policies = ImmutableArray.CreateBuilder<PolicyPlan>();
        foreach (var resource in _resources.EnumerateObject())
        {
            var properties = Member(resource.Value, "Properties") ?? default;
            var overrides = Member(resource.Value, "OverrideSettings");
            switch (Member(resource.Value, "Type")?.ToString())
            {
                case "AWS::IoT::Thing":
                    if (thing is not null) throw Invalid("The template has more than one thing.");
                    thing = Thing(resource.Name, properties, overrides, values);
                    break;
                case "AWS::IoT::Certificate":
                    if (certificate is not null) throw Invalid("The template has more than one certificate.");
                    certificate = Certificate(resource.Name, properties, overrides, values);
                    break;
                case "AWS::IoT::Policy":
                    policies.Add(Policy(resource.Name, properties, values));
                    break;
                default:
                    throw Invalid($"The resource {resource.Name} has no type that is known.");
            }
        }
        return new ProvisioningPlan(thing, certificate, policies.DrainToImmutable(), Texts(Member(_root, "DeviceConfiguration"), values) ?? ImmutableSortedDictionary<string, string>.Empty);
    }

    private Dictionary<string, string> WithDefaults(IReadOnlyDictionary<string, string> given)
    {
        var all = new Dictionary<string, string>();
        if (Member(_root, "Parameters") is not { ValueKind: JsonValueKind.Object } declared) return all;
        foreach (var parameter in declared.EnumerateObject())
        {
            if (given.TryGetValue(parameter.Name, out string? value)) all[parameter.Name] = value;
            else if (Member(parameter.Value, "Default") is { ValueKind: JsonValueKind.String } ownDefault) all[parameter.Name] = ownDefault.GetString()!;
            else throw Invalid($"The template's parameter {parameter.Name} has no value.");
        }
        return all;
    }

    private static ThingPlan Thing(string logicalName, JsonElement properties, JsonElement? overrides, TemplateValues values)
    {
        foreach (string notOffered in (ReadOnlySpan<string>)["ThingGroups", "BillingGroup", "PackageVersions"])
            if (Member(properties, notOffered) is not null) throw Invalid($"LocalCloud does not offer {notOffered} in a template.");
        var payload = Member(properties, "AttributePayload");
        return new ThingPlan(
            logicalName,
            Text(properties, "ThingName", values) ?? throw Invalid($"The thing {logicalName} has no ThingName."),
            Text(properties, "ThingTypeName", values),
            Texts(payload is { } attributes ? Member(attributes, "Attributes") ?? attributes : null, values),
            Override(overrides, "ThingTypeName"),
            Override(overrides, "AttributePayload"));
    }

    private static CertificatePlan Certificate(string logicalName, JsonElement properties, JsonElement? overrides, TemplateValues values)
    {
        string? id = Text(properties, "CertificateId", values);
        string? request = Text(properties, "CertificateSigningRequest", values);
        if ((id is null) == (request is null))
            throw Invalid($"The certificate {logicalName} needs CertificateId or CertificateSigningRequest; LocalCloud does not offer CertificatePem.");
        var status = Text(properties, "Status", values) is { } named ? CertificateStatuses.Parse(named.ToUpperInvariant()) : CertificateStatus.Active;
        return new CertificatePlan(logicalName, id, request, status, Override(overrides, "Status"));
    }

    private static PolicyPlan Policy(string logicalName, JsonElement properties, TemplateValues values)
    {
        string? name = Text(properties, "PolicyName", values);
        string? document = Text(properties, "PolicyDocument", values);
        if (name is null && document is null) throw Invalid($"The policy {logicalName} needs PolicyName or PolicyDocument.");
        return new PolicyPlan(logicalName, name, document);
    }

    private static string? Text(JsonElement properties, string name, TemplateValues values) => Member(properties, name) is { } value ? values.Text(value) : null;

    private static ImmutableSortedDictionary<string, string>? Texts(JsonElement? element, TemplateValues values)
    {
        if (element is not { } given) return null;
        if (given.ValueKind != JsonValueKind.Object) throw Invalid("Names and values are expected.");
        return given.EnumerateObject().ToImmutableSortedDictionary(member => member.Name, member => values.Text(member.Value), StringComparer.Ordinal);
    }

    private static TemplateOverride Override(JsonElement? settings, string name) => (settings is { } given ? Member(given, name)?.ToString() : null) switch
    {
        null or "FAIL" => TemplateOverride.Fail,
        "DO_NOTHING" => TemplateOverride.DoNothing,
        "REPLACE" => TemplateOverride.Replace,
        "MERGE" when name == "AttributePayload" => TemplateOverride.Merge,
        var other => throw Invalid($"OverrideSettings has no {other} for {name}."),
    };

    private static JsonElement? Member(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : null;

    private static RegistryException Invalid(string message) => new(RegistryFault.InvalidRequest, message);
}
