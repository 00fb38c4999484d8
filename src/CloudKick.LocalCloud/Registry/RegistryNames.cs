using System.Text.RegularExpressions;

namespace CloudKick.LocalCloud;

/// <summary>The patterns of AWS's service model.</summary>
internal static partial class RegistryNames
{
    public static void CheckThing(string? name) => Check(name is not null && ThingName.IsValid(name), "thingName", name, "[a-zA-Z0-9:_-]{1,128}");

    public static void CheckThingType(string? name) => Check(name is not null && ThingName.IsValid(name), "thingTypeName", name, "[a-zA-Z0-9:_-]{1,128}");

    public static void CheckPolicy(string? name) => Check(name is not null && Policy().IsMatch(name), "policyName", name, @"[\w+=,.@-]{1,128}");

    public static void CheckCertificate(string? id) => Check(id is not null && Certificate().IsMatch(id), "certificateId", id, "[a-fA-F0-9]{64}");

    public static void CheckTemplate(string? name) => Check(name is not null && Template().IsMatch(name), "templateName", name, "[0-9A-Za-z_-]{1,36}");

    public static void CheckAttribute(string name, string value)
    {
        Check(AttributeName().IsMatch(name), "attribute name", name, "[a-zA-Z0-9_.,@/:#-]{1,128}");
        Check(AttributeValue().IsMatch(value), "attribute value", value, @"[a-zA-Z0-9_.,@/:#=\[\]-]{0,800}");
    }

    private static void Check(bool valid, string what, string? value, string pattern)
    {
        if (valid) return;
        throw new RegistryException(
            RegistryFault.InvalidRequest, $"1 validation error detected: Value '{value}' at '{what}' failed to satisfy constraint: Member must satisfy regular expression pattern: {pattern}");
    }

    [GeneratedRegex(@"^[\w+=,.@-]{1,128}\z", RegexOptions.ECMAScript)]
    private static partial Regex Policy();

    [GeneratedRegex(@"^(0x)?[a-fA-F0-9]{64}\z")]
    private static partial Regex Certificate();

    [GeneratedRegex(@"^[0-9A-Za-z_-]{1,36}\z")]
    private static partial Regex Template();

    [GeneratedRegex(@"^[a-zA-Z0-9_.,@/:#-]{1,128}\z")]
    private static partial Regex AttributeName();

    [GeneratedRegex(@"^[a-zA-Z0-9_.,@/:#=\[\]-]{0,800}\z")]
    private static partial Regex AttributeValue();
}
