using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal.Endpoints.StandardLibrary;

namespace CloudKick.AwsIot.Protocol;

/// <summary>
/// Where a service is: at <c>ServiceURL</c> if that is set, else at its host in the region, by the SDK's table of partitions (AWS's endpoint
/// ruleset of the service).
/// </summary>
/// <param name="Host">The host's first labels, such as <c>iot</c> in <c>iot.eu-central-1.amazonaws.com</c>.</param>
/// <param name="FipsHost">The same for the endpoints with FIPS 140 cryptography.</param>
internal sealed record EndpointRules(string Host, string FipsHost) : IEndpointProvider
{
    /// <summary>Regions whose hosts do not follow the pattern.</summary>
    public IReadOnlyDictionary<string, string> Exceptions { get; init; } = new Dictionary<string, string>();

    /// <summary>Likewise with FIPS and without dual stack.</summary>
    public IReadOnlyDictionary<string, string> FipsExceptions { get; init; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    /// <exception cref="AmazonClientException">The settings contradict each other, or name no region.</exception>
    public Endpoint ResolveEndpoint(EndpointParameters parameters)
    {
        var fips = parameters[EndpointResolver.UseFips] is true;
        var dualStack = parameters[EndpointResolver.UseDualStack] is true;
        if (parameters[EndpointResolver.ServiceUrl] is string url)
        {
            return fips || dualStack
                ? throw new AmazonClientException("FIPS and dual-stack endpoints cannot be combined with a ServiceURL.")
                : new Endpoint(url);
        }
        if (parameters[EndpointResolver.Region] is not string region)
            throw new AmazonClientException("No endpoint: set RegionEndpoint or ServiceURL, or AWS_REGION.");
        return new Endpoint($"https://{HostIn(region, fips, dualStack)}");
    }

    private string HostIn(string region, bool fips, bool dualStack)
    {
        var partition = Fn.Partition(region);
        if (fips && partition["supportsFIPS"] is not true)
            throw new AmazonClientException($"There are no FIPS endpoints in {region}.");
        if (dualStack && partition["supportsDualStack"] is not true)
            throw new AmazonClientException($"There are no dual-stack endpoints in {region}.");
        if (!dualStack && (fips ? FipsExceptions : Exceptions).TryGetValue(region, out var host))
            return host;
        return $"{(fips ? FipsHost : Host)}.{region}.{partition[dualStack ? "dualStackDnsSuffix" : "dnsSuffix"]}";
    }
}
