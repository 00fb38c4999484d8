namespace CloudKick.LocalCloud;

/// <summary>Policies and their versions of AWS's control plane.</summary>
internal sealed class PolicyOperations(Registry registry, ApiGate gate)
{
    public IEnumerable<ApiOperation> Operations =>
    [
        new("POST", "/policies/{policyName}", ApiPlane.Control, CreatePolicyAsync),
        new("GET", "/policies/{policyName}", ApiPlane.Control, GetPolicyAsync),
        new("DELETE", "/policies/{policyName}", ApiPlane.Control, DeletePolicyAsync),
        new("GET", "/policies", ApiPlane.Control, ListPoliciesAsync),
        new("POST", "/policies/{policyName}/version", ApiPlane.Control, CreatePolicyVersionAsync),
        new("GET", "/policies/{policyName}/version", ApiPlane.Control, ListPolicyVersionsAsync),
        new("GET", "/policies/{policyName}/version/{policyVersionId}", ApiPlane.Control, GetPolicyVersionAsync),
        new("PATCH", "/policies/{policyName}/version/{policyVersionId}", ApiPlane.Control, SetDefaultPolicyVersionAsync),
        new("DELETE", "/policies/{policyName}/version/{policyVersionId}", ApiPlane.Control, DeletePolicyVersionAsync),
    ];

    private Task CreatePolicyAsync(ApiCall call)
    {
        string name = Policy(call, "iot:CreatePolicy");
        var policy = registry.CreatePolicy(name, call.Json(ControlJson.Default.PolicyDocumentRequest).PolicyDocument);
        return call.AnswerAsync(
            new CreatePolicyAnswer(policy.PolicyName, policy.PolicyArn, policy.Document, policy.DefaultVersionId), ControlJson.Default.CreatePolicyAnswer);
    }

    private Task GetPolicyAsync(ApiCall call)
    {
        var policy = registry.GetPolicy(Policy(call, "iot:GetPolicy"));
        return call.AnswerAsync(
            new GetPolicyAnswer(
                policy.PolicyName, policy.PolicyArn, policy.Document, policy.DefaultVersionId, policy.CreationDate.ToUnixSeconds(), policy.LastModifiedDate.ToUnixSeconds()),
            ControlJson.Default.GetPolicyAnswer);
    }

    private Task DeletePolicyAsync(ApiCall call)
    {
        registry.DeletePolicy(Policy(call, "iot:DeletePolicy"));
        return call.AnswerAsync();
    }

    private Task ListPoliciesAsync(ApiCall call)
    {
        gate.Demand(call, "iot:ListPolicies", "*");
        var (page, next) = call.PageByMarker(registry.ListPolicies(), policy => policy.PolicyName);
        return call.AnswerAsync(new PolicyPage([.. page.Select(policy => new PolicySummary(policy.PolicyName, policy.PolicyArn))], next), ControlJson.Default.PolicyPage);
    }

    private Task CreatePolicyVersionAsync(ApiCall call)
    {
        string name = Policy(call, "iot:CreatePolicyVersion");
        var version = registry.CreatePolicyVersion(name, call.Json(ControlJson.Default.PolicyDocumentRequest).PolicyDocument, call.QueryFlag("setAsDefault"));
        return call.AnswerAsync(
            new PolicyVersionAnswer(null, version.PolicyArn, version.Document, version.VersionId, version.IsDefault, null, null), ControlJson.Default.PolicyVersionAnswer);
    }

    private Task ListPolicyVersionsAsync(ApiCall call)
    {
        var versions = registry.ListPolicyVersions(Policy(call, "iot:ListPolicyVersions"));
        return call.AnswerAsync(
            new PolicyVersionList([.. versions.Select(version => new PolicyVersionSummary(version.VersionId, version.IsDefault, version.CreationDate.ToUnixSeconds()))]),
            ControlJson.Default.PolicyVersionList);
    }

    private Task GetPolicyVersionAsync(ApiCall call)
    {
        var version = registry.GetPolicyVersion(Policy(call, "iot:GetPolicyVersion"), call.Path("policyVersionId"));
        double created = version.CreationDate.ToUnixSeconds();
        return call.AnswerAsync(
            new PolicyVersionAnswer(version.PolicyName, version.PolicyArn, version.Document, version.VersionId, version.IsDefault, created, created),
            ControlJson.Default.PolicyVersionAnswer);
    }

    private Task SetDefaultPolicyVersionAsync(ApiCall call)
    {
        registry.SetDefaultPolicyVersion(Policy(call, "iot:SetDefaultPolicyVersion"), call.Path("policyVersionId"));
        return call.AnswerAsync();
    }

    private Task DeletePolicyVersionAsync(ApiCall call)
    {
        registry.DeletePolicyVersion(Policy(call, "iot:DeletePolicyVersion"), call.Path("policyVersionId"));
        return call.AnswerAsync();
    }

    private string Policy(ApiCall call, string action)
    {
        string name = call.Path("policyName");
        gate.Demand(call, action, $"policy/{name}");
        return name;
    }
}
