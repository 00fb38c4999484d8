using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;

namespace CloudKick.LocalCloud;

internal sealed partial class Registry
{
    public TemplateDescription CreateProvisioningTemplate(
        string templateName, string? templateBody, string? description = null, bool enabled = true, string? provisioningRoleArn = null)
    {
        RegistryNames.CheckTemplate(templateName);
        ProvisioningTemplate.Parse(templateBody);
        lock (_gate)
        {
            if (_templates.TryGetValue(templateName, out var present))
            {
                throw new RegistryException(
                    RegistryFault.ResourceAlreadyExists, $"Template {templateName} already exists", present.TemplateArn, templateName);
            }
            CheckRoom(_templates.Count, "templates");
            var now = Now;
            var created = new TemplateDescription(
                templateName, Arns.Template(templateName), description, templateBody!, enabled, provisioningRoleArn, now, now);
            _templates.Add(templateName, created);
            return created;
        }
    }

    public TemplateDescription DescribeProvisioningTemplate(string templateName)
    {
        lock (_gate)
        {
            return _templates.TryGetValue(templateName, out var template)
                ? template : throw new RegistryException(RegistryFault.ResourceNotFound, $"Template {templateName} cannot be found.");
        }
    }

    public ImmutableArray<TemplateDescription> ListProvisioningTemplates()
    {
        lock (_gate) return [.. _templates.Values.OrderBy(template => template.TemplateName, StringComparer.Ordinal)];
    }

    public void DeleteProvisioningTemplate(string templateName)
    {
        DescribeProvisioningTemplate(templateName);
        lock (_gate) _templates.Remove(templateName);
    }

    /// <summary>
    /// Makes what a provisioning template describes: thing, certificate and policies, and attaches both to the certificate.
    /// What is made before a failure stays, as with AWS.
    /// </summary>
    public RegisteredThing RegisterThing(string? templateBody, IReadOnlyDictionary<string, string>? parameters) =>
        Register(ProvisioningTemplate.Parse(templateBody).Fill(parameters ?? ImmutableDictionary<string, string>.Empty));

    /// <summary>As <see cref="RegisterThing(string?, IReadOnlyDictionary{string, string}?)"/>, with a template of the registry and for a certificate that is there.</summary>
    public RegisteredThing RegisterThing(string templateName, string certificateId, IReadOnlyDictionary<string, string>? parameters)
    {
        var template = DescribeProvisioningTemplate(templateName);
        if (!template.Enabled) throw new RegistryException(RegistryFault.InvalidRequest, $"Template {templateName} is not enabled.");

        var all = new Dictionary<string, string>(parameters ?? ImmutableDictionary<string, string>.Empty) { [CertificateIdParameter] = certificateId };
        return Register(ProvisioningTemplate.Parse(template.Body).Fill(all));
    }

    private RegisteredThing Register(ProvisioningPlan plan)
    {
        try
        {
            string? ended = null;
            RegisteredThing made;
            lock (_gate) made = Make(plan, ref ended);
            if (ended is not null) CertificateEnded?.Invoke(ended);
            return made;
        }
        catch (RegistryException exception) when (exception.Fault != RegistryFault.InvalidRequest)
        {
            throw new RegistryException(RegistryFault.ResourceRegistrationFailure, exception.Message);
        }
    }

    /// <param name="plan">What to make.</param>
    /// <param name="ended">Set to the certificate's id if it was active and is not any more.</param>
    private RegisteredThing Make(ProvisioningPlan plan, ref string? ended)
    {
        var arns = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var certificate = plan.Certificate is { } wanted ? Make(wanted, ref ended) : null;
        if (certificate is not null) arns[plan.Certificate!.LogicalName] = certificate.CertificateArn;

        foreach (var policy in plan.Policies)
        {
            string name = Make(policy);
            arns[policy.LogicalName] = Arns.Policy(name);
            if (certificate is not null) AttachPolicy(name, certificate.CertificateArn);
        }
        if (plan.Thing is { } thing)
        {
            Make(thing);
            arns[thing.LogicalName] = Arns.Thing(thing.ThingName);
            if (certificate is not null) AttachThingPrincipal(thing.ThingName, certificate.CertificateArn);
        }
        if (certificate is not null) FindCertificate(certificate.CertificateId).Principal.Grants.Settle();
        return new RegisteredThing(plan.Thing?.ThingName, certificate?.CertificatePem, arns.ToImmutable(), plan.DeviceConfiguration);
    }

    private CertificateDescription Make(CertificatePlan plan, ref string? ended)
    {
        if (plan.SigningRequest is { } request) return CreateCertificateFromCsr(request, plan.Status);

        var present = FindCertificate(plan.CertificateId!);
        var status = present.Description.Status;
        if (status == plan.Status) return present.Description;
        bool mayChange = status == CertificateStatus.PendingActivation || plan.OverrideStatus == TemplateOverride.Replace;
        if (mayChange && SetStatus(present, plan.Status)) ended = present.Description.CertificateId;
        if (!mayChange && plan.OverrideStatus == TemplateOverride.Fail) throw Conflict($"The certificate is {status.ToAws()}.");
        return present.Description;
    }

    /// <returns>The policy's name.</returns>
    private string Make(PolicyPlan plan)
    {
        string name = plan.PolicyName ?? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(plan.Document!)));
        if (!_policies.TryGetValue(name, out var present))
        {
            if (plan.Document is null) throw new RegistryException(RegistryFault.ResourceNotFound, $"Policy not found (name={name})");
            CreatePolicy(name, plan.Document);
        }
        else if (plan.Document is not null && present.Default.Text != plan.Document)
        {
            throw Conflict($"The policy {name} has another document.");
        }
        return name;
    }

    private void Make(ThingPlan plan)
    {
        if (!_things.TryGetValue(plan.ThingName, out var present))
        {
            CreateThing(plan.ThingName, plan.ThingTypeName, plan.Attributes);
            return;
        }

        var description = present.Description;
        bool otherType = plan.ThingTypeName is not null && plan.ThingTypeName != description.ThingTypeName;
        bool otherAttributes = plan.Attributes is not null && !plan.Attributes.SequenceEqual(description.Attributes);
        if (otherType && plan.OverrideType == TemplateOverride.Fail) throw Conflict($"The thing {plan.ThingName} has another type.");
        if (otherAttributes && plan.OverrideAttributes == TemplateOverride.Fail) throw Conflict($"The thing {plan.ThingName} has other attributes.");

        string? type = otherType && plan.OverrideType == TemplateOverride.Replace ? plan.ThingTypeName : null;
        var attributes = otherAttributes && plan.OverrideAttributes != TemplateOverride.DoNothing ? plan.Attributes : null;
        if (type is null && attributes is null) return;
        UpdateThing(plan.ThingName, type, attributes, plan.OverrideAttributes == TemplateOverride.Merge, removeThingType: false, expectedVersion: null);
    }

    private static RegistryException Conflict(string message) => new(RegistryFault.ResourceRegistrationFailure, message);
}
