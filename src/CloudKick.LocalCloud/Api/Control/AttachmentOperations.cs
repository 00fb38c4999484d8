namespace CloudKick.LocalCloud;

/// <summary>What is attached to what in AWS's control plane. IAM has these actions on the certificate, whose ARN is the target or principal.</summary>
internal sealed class AttachmentOperations(Registry registry, ApiGate gate)
{
    private const string Exclusive = "EXCLUSIVE_THING";
    private const string NotExclusive = "NON_EXCLUSIVE_THING";

    public IEnumerable<ApiOperation> Operations =>
    [
        new("PUT", "/target-policies/{policyName}", ApiPlane.Control, AttachPolicyAsync),
        new("POST", "/target-policies/{policyName}", ApiPlane.Control, DetachPolicyAsync),
        new("POST", "/attached-policies/{target+}", ApiPlane.Control, ListAttachedPoliciesAsync),
        new("POST", "/policy-targets/{policyName}", ApiPlane.Control, ListTargetsForPolicyAsync),
        new("PUT", "/things/{thingName}/principals", ApiPlane.Control, AttachThingPrincipalAsync),
        new("DELETE", "/things/{thingName}/principals", ApiPlane.Control, DetachThingPrincipalAsync),
        new("GET", "/things/{thingName}/principals", ApiPlane.Control, ListThingPrincipalsAsync),
        new("GET", "/things/{thingName}/principals-v2", ApiPlane.Control, ListThingPrincipalsV2Async),
        new("GET", "/principals/things", ApiPlane.Control, ListPrincipalThingsAsync),
        new("GET", "/principals/things-v2", ApiPlane.Control, ListPrincipalThingsV2Async),
    ];

    private Task AttachPolicyAsync(ApiCall call)
    {
        registry.AttachPolicy(call.Path("policyName"), Target(call, "iot:AttachPolicy"));
        return call.AnswerAsync();
    }

    private Task DetachPolicyAsync(ApiCall call)
    {
        registry.DetachPolicy(call.Path("policyName"), Target(call, "iot:DetachPolicy"));
        return call.AnswerAsync();
    }

    private Task ListAttachedPoliciesAsync(ApiCall call)
    {
        string target = call.Path("target");
        gate.Demand(call, "iot:ListAttachedPolicies", target);
        var (page, next) = call.PageByMarker(registry.ListAttachedPolicies(target), policy => policy.PolicyName);
        return call.AnswerAsync(new PolicyPage([.. page.Select(policy => new PolicySummary(policy.PolicyName, policy.PolicyArn))], next), ControlJson.Default.PolicyPage);
    }

    private Task ListTargetsForPolicyAsync(ApiCall call)
    {
        string name = call.Path("policyName");
        gate.Demand(call, "iot:ListTargetsForPolicy", $"policy/{name}");
        var (page, next) = call.PageByMarker(registry.ListTargetsForPolicy(name), target => target);
        return call.AnswerAsync(new TargetPage(page, next), ControlJson.Default.TargetPage);
    }

    private Task AttachThingPrincipalAsync(ApiCall call)
    {
        bool exclusive = call.Query("thingPrincipalType") switch
        {
            null or "" or NotExclusive => false,
            Exclusive => true,
            { } other => throw new ApiException(ApiError.InvalidRequest($"thingPrincipalType is {Exclusive} or {NotExclusive}, not '{other}'.")),
        };
        registry.AttachThingPrincipal(call.Path("thingName"), Principal(call, "iot:AttachThingPrincipal"), exclusive);
        return call.AnswerAsync(new Nothing(), ControlJson.Default.Nothing);
    }

    private Task DetachThingPrincipalAsync(ApiCall call)
    {
        registry.DetachThingPrincipal(call.Path("thingName"), Principal(call, "iot:DetachThingPrincipal"));
        return call.AnswerAsync(new Nothing(), ControlJson.Default.Nothing);
    }

    private Task ListThingPrincipalsAsync(ApiCall call)
    {
        var (page, next) = call.Page(ThingPrincipals(call), pair => pair.PrincipalArn);
        return call.AnswerAsync(new PrincipalPage([.. page.Select(pair => pair.PrincipalArn)], next), ControlJson.Default.PrincipalPage);
    }

    private Task ListThingPrincipalsV2Async(ApiCall call)
    {
        var (page, next) = call.Page(ThingPrincipals(call), pair => pair.PrincipalArn);
        return call.AnswerAsync(
            new ThingPrincipalPage([.. page.Select(pair => new ThingPrincipalObject(pair.PrincipalArn, TypeOf(pair)))], next), ControlJson.Default.ThingPrincipalPage);
    }

    private Task ListPrincipalThingsAsync(ApiCall call)
    {
        var (page, next) = call.Page(PrincipalThings(call), pair => pair.ThingName);
        return call.AnswerAsync(new PrincipalThings([.. page.Select(pair => pair.ThingName)], next), ControlJson.Default.PrincipalThings);
    }

    private Task ListPrincipalThingsV2Async(ApiCall call)
    {
        var (page, next) = call.Page(PrincipalThings(call), pair => pair.ThingName);
        return call.AnswerAsync(
            new PrincipalThingPage([.. page.Select(pair => new PrincipalThingObject(pair.ThingName, TypeOf(pair)))], next), ControlJson.Default.PrincipalThingPage);
    }

    private ThingPrincipal[] ThingPrincipals(ApiCall call)
    {
        string name = call.Path("thingName");
        gate.Demand(call, "iot:ListThingPrincipals", $"thing/{name}");
        return OfType(call, registry.ListThingPrincipals(name));
    }

    private ThingPrincipal[] PrincipalThings(ApiCall call) => OfType(call, registry.ListPrincipalThings(Principal(call, "iot:ListPrincipalThings")));

    private static ThingPrincipal[] OfType(ApiCall call, IEnumerable<ThingPrincipal> all) =>
        [.. all.Where(pair => call.Query("thingPrincipalType") is not { Length: > 0 } type || type == TypeOf(pair))];

    private string Principal(ApiCall call, string action) => Demanded(call, action, call.Header("x-amzn-principal"), "x-amzn-principal");

    private string Target(ApiCall call, string action) => Demanded(call, action, call.Json(ControlJson.Default.TargetRequest).Target, "target");

    private string Demanded(ApiCall call, string action, string? arn, string member)
    {
        if (string.IsNullOrEmpty(arn)) throw new ApiException(ApiError.InvalidRequest($"{member} is required."));
        gate.Demand(call, action, arn);
        return arn;
    }

    private static string TypeOf(ThingPrincipal pair) => pair.Exclusive ? Exclusive : NotExclusive;
}
