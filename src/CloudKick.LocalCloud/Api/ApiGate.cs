namespace CloudKick.LocalCloud;

/// <summary>Where every call of the HTTPS APIs passes before it does anything: what its caller's policies do not allow ends here.</summary>
internal sealed class ApiGate(Authorizer authorizer, Arns arns)
{
    /// <param name="call">Whose caller is asked about.</param>
    /// <param name="action"><c>iot:Publish</c> and so on.</param>
    /// <param name="resource">The end of the resource's ARN, <c>topic/NL-CAT/NL000123</c>; a whole ARN; <c>*</c> for an action without one.</param>
    /// <param name="keys">What conditions may ask, e.g. <c>iot:Topic</c>.</param>
    /// <exception cref="ApiException">403, with the control plane's words or, on the data endpoint, without any.</exception>
    public void Demand(ApiCall call, string action, string resource, IReadOnlyDictionary<string, string>? keys = null)
    {
        if (authorizer.IsAllowed(call.Caller, action, resource, keys)) return;
        if (call.Plane == ApiPlane.Data) throw new ApiException(ApiError.Forbidden);

        string arn = resource == "*" || resource.StartsWith("arn:", StringComparison.Ordinal) ? resource : arns.Prefix + resource;
        throw new ApiException(new ApiError(
            403, "AccessDeniedException", $"User: arn:aws:iam::{arns.AccountId}:user/{call.Caller.ThingName} is not authorized to perform: {action} on resource: {arn}"));
    }
}
