namespace CloudKick.LocalCloud;

/// <summary>What a caller of the HTTPS APIs may do. Called from many threads at once; must not block.</summary>
internal interface IApiAuthorization
{
    /// <param name="caller">Who calls.</param>
    /// <param name="action"><c>iot:Publish</c> and so on.</param>
    /// <param name="resource">The end of the resource's ARN: <c>topic/NL-CAT/NL000123</c>, <c>client/NL000123</c>, <c>thing/NL000123</c>.</param>
    /// <param name="context">Condition keys of the call, e.g. <c>iot:Topic</c>.</param>
    bool May(ApiCaller caller, string action, string resource, IReadOnlyDictionary<string, string>? context = null);
}
