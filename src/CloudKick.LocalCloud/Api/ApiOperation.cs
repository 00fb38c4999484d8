namespace CloudKick.LocalCloud;

/// <summary>One of AWS's operations: where it is found, and what it does.</summary>
/// <param name="Method">HTTP method.</param>
/// <param name="Template">
/// Path with parameters, <c>/connections/{clientId}/messages</c>. A parameter is one segment; as <c>{topic+}</c>, at the
/// end, it is all that is left, slashes included.
/// </param>
/// <param name="Plane">The endpoint it belongs to.</param>
/// <param name="HandleAsync">Does it and answers.</param>
internal sealed record ApiOperation(string Method, string Template, ApiPlane Plane, Func<ApiCall, Task> HandleAsync)
{
    private readonly string[] _segments = Template[1..].Split('/');

    /// <summary>The parameters' values, decoded; null if the path is another's.</summary>
    /// <param name="path">The segments of a path, still percent-encoded.</param>
    public IReadOnlyDictionary<string, string>? Match(string[] path)
    {
        bool greedy = _segments[^1].EndsWith("+}", StringComparison.Ordinal);
        if (greedy ? path.Length < _segments.Length : path.Length != _segments.Length) return null;

        var values = new Dictionary<string, string>();
        for (int i = 0; i < _segments.Length; i++)
        {
            string segment = _segments[i];
            if (!segment.StartsWith('{'))
            {
                if (path[i] != segment) return null;
                continue;
            }
            bool rest = greedy && i == _segments.Length - 1;
            string value = PercentEncoding.Decode(rest ? string.Join('/', path[i..]) : path[i]);
            if (value.Length == 0) return null;
            values[segment.Trim('{', '+', '}')] = value;
        }
        return values;
    }
}
