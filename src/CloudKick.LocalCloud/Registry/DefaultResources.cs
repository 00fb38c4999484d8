using System.Reflection;

namespace CloudKick.LocalCloud;

/// <summary>
/// What LocalCloud's registry holds at its start: what Terraform's module <c>iot</c> sets up in an account, from the same
/// rendered documents, by the same names.
/// </summary>
internal static class DefaultResources
{
    public const string TerminalPolicy = "cloudkick-terminal";
    public const string RelayPolicy = "cloudkick-relay";
    public const string ClaimPolicy = "cloudkick-claim";
    public const string ThingType = "cloudkick-terminal";
    public const string Template = "cloudkick-terminal";

    // The account and region that the documents are rendered for.
    private const string RenderedFor = "arn:aws:iot:eu-central-1:000000000000:";

    public static void AddTo(Registry registry, LocalCloudPolicies policies)
    {
        registry.CreateThingType(ThingType);
        registry.CreatePolicy(TerminalPolicy, policies.Terminal ?? Read("device-policy.json", registry.Arns));
        registry.CreatePolicy(RelayPolicy, policies.Relay ?? Read("relay-policy.json", registry.Arns));
        registry.CreatePolicy(ClaimPolicy, policies.Claim ?? Read("claim-policy.json", registry.Arns));
        registry.CreateProvisioningTemplate(Template, Read("provisioning-template.json", registry.Arns));
    }

    /// <summary>What a first connection's certificate is registered by.</summary>
    public static ProvisioningTemplate FirstConnection(Arns arns) => ProvisioningTemplate.Parse(Read("jitp-template.json", arns));

    /// <summary>A document as Terraform renders it, for LocalCloud's account and region.</summary>
    public static string Read(string name, Arns arns)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The resource {name} is not in the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Replace(RenderedFor, arns.Prefix, StringComparison.Ordinal);
    }
}
