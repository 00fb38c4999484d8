using Amazon.Runtime;
using Amazon.Runtime.Credentials.Internal;
using Amazon.Runtime.Internal;
using Amazon.Runtime.Internal.Auth;

namespace CloudKick.AwsIot.Protocol;

/// <summary>Requests are signed (SigV4) unless the TLS connection's client certificate says who sends them.</summary>
internal sealed class AuthSchemes : BaseAuthResolverHandler
{
    /// <inheritdoc/>
    protected override List<IAuthSchemeOption> ResolveAuthOptions(IExecutionContext executionContext) =>
        ((AwsServiceConfig)executionContext.RequestContext.ClientConfig).Certificate is null
            ? AuthSchemeOption.DEFAULT_SIGV4
            : AuthSchemeOption.DEFAULT_NOAUTH;
}
