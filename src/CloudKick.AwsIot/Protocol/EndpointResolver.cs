using Amazon.Runtime;
using Amazon.Runtime.Endpoints;
using Amazon.Runtime.Internal;

namespace CloudKick.AwsIot.Protocol;

/// <summary>Hands a client's settings to its <see cref="EndpointRules"/>.</summary>
internal sealed class EndpointResolver : BaseEndpointResolver
{
    internal const string Region = "Region";
    internal const string ServiceUrl = "Endpoint";
    internal const string UseDualStack = "UseDualStack";
    internal const string UseFips = "UseFIPS";

    /// <inheritdoc/>
    protected override EndpointParameters MapEndpointsParameters(IRequestContext requestContext)
    {
        var config = requestContext.ClientConfig;
        return new EndpointParameters
        {
            [Region] = config.RegionEndpoint?.SystemName,
            [ServiceUrl] = config.ServiceURL,
            [UseDualStack] = config.UseDualstackEndpoint,
            [UseFips] = config.UseFIPSEndpoint,
        };
    }
}
