namespace CloudKick.Relay.Cloud;

/// <summary>An endpoint as operators write it.</summary>
internal static class AwsEndpoint
{
    private const string Https = "https://";

    /// <summary>The address that <c>host</c>, <c>host:port</c> or <c>https://host:port</c> means; null when it is none of these.</summary>
    public static Uri? Parse(string endpoint)
    {
        var text = endpoint.StartsWith(Https, StringComparison.OrdinalIgnoreCase) ? endpoint : Https + endpoint;
        return Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme == Uri.UriSchemeHttps
            && address.UserInfo.Length == 0
            && address.PathAndQuery == "/"
            && address.Fragment.Length == 0
                ? address
                : null;
    }
}
