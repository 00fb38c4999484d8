namespace CloudKick.LocalCloud;

/// <summary>Provisioning by template of AWS's control plane.</summary>
internal sealed class ProvisioningOperations(Registry registry, ApiGate gate)
{
    public IEnumerable<ApiOperation> Operations =>
    [
        new("POST", "/things", ApiPlane.Control, RegisterThingAsync),
        new("POST", "/provisioning-templates", ApiPlane.Control, CreateProvisioningTemplateAsync),
        new("GET", "/provisioning-templates/{templateName}", ApiPlane.Control, DescribeProvisioningTemplateAsync),
        new("DELETE", "/provisioning-templates/{templateName}", ApiPlane.Control, DeleteProvisioningTemplateAsync),
        new("GET", "/provisioning-templates", ApiPlane.Control, ListProvisioningTemplatesAsync),
    ];

    private Task RegisterThingAsync(ApiCall call)
    {
        gate.Demand(call, "iot:RegisterThing", "*");
        var request = call.Json(ControlJson.Default.RegisterThingRequest);
        var made = registry.RegisterThing(request.TemplateBody, request.Parameters);
        return call.AnswerAsync(new RegisterThingAnswer(made.CertificatePem, made.ResourceArns), ControlJson.Default.RegisterThingAnswer);
    }

    private Task CreateProvisioningTemplateAsync(ApiCall call)
    {
        var request = call.Json(ControlJson.Default.CreateTemplateRequest);
        gate.Demand(call, "iot:CreateProvisioningTemplate", $"provisioningtemplate/{request.TemplateName}");
        var template = registry.CreateProvisioningTemplate(
            request.TemplateName ?? "", request.TemplateBody, request.Description, request.Enabled, request.ProvisioningRoleArn);
        return call.AnswerAsync(new CreateTemplateAnswer(template.TemplateArn, template.TemplateName, DefaultVersionId: 1), ControlJson.Default.CreateTemplateAnswer);
    }

    private Task DescribeProvisioningTemplateAsync(ApiCall call)
    {
        var template = registry.DescribeProvisioningTemplate(Template(call, "iot:DescribeProvisioningTemplate"));
        return call.AnswerAsync(Answer(template) with { TemplateBody = template.Body, ProvisioningRoleArn = template.ProvisioningRoleArn, DefaultVersionId = 1 }, ControlJson.Default.TemplateAnswer);
    }

    private Task DeleteProvisioningTemplateAsync(ApiCall call)
    {
        registry.DeleteProvisioningTemplate(Template(call, "iot:DeleteProvisioningTemplate"));
        return call.AnswerAsync(new Nothing(), ControlJson.Default.Nothing);
    }

    private Task ListProvisioningTemplatesAsync(ApiCall call)
    {
        gate.Demand(call, "iot:ListProvisioningTemplates", "*");
        var (page, next) = call.Page(registry.ListProvisioningTemplates(), template => template.TemplateName);
        return call.AnswerAsync(new TemplatePage([.. page.Select(Answer)], next), ControlJson.Default.TemplatePage);
    }

    private string Template(ApiCall call, string action)
    {
        string name = call.Path("templateName");
        gate.Demand(call, action, $"provisioningtemplate/{name}");
        return name;
    }

    private static TemplateAnswer Answer(TemplateDescription template) => new(
        template.TemplateArn, template.TemplateName, template.Description, template.Enabled, template.CreationDate.ToUnixSeconds(), template.LastModifiedDate.ToUnixSeconds());
}
