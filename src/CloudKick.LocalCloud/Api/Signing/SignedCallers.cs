using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Http;

namespace CloudKick.LocalCloud;

/// <summary>The identities that may sign, and what policies make of them. Thread safe.</summary>
internal sealed class SignedCallers
{
    private readonly SignatureVerifier _signatures;
    private readonly FrozenDictionary<string, SignedPrincipal> _principals;

    /// <exception cref="ArgumentException">Two identities have one access key, or a policy document is malformed.</exception>
    public SignedCallers(IReadOnlyCollection<CloudIdentity> identities, string region, TimeProvider timeProvider)
    {
        _signatures = new SignatureVerifier(identities.ToDictionary(identity => identity.AccessKeyId), region, timeProvider);
        _principals = identities.ToFrozenDictionary(identity => identity.AccessKeyId, SignedPrincipal.Of);
    }

    /// <inheritdoc cref="SignatureVerifier.Verify"/>
    public Device Identify(HttpContext context, SignedRequest request, IReadOnlyList<string> services)
    {
        var identity = _signatures.Verify(request, services);
        var connection = context.Connection;
        string serverName = context.Features.Get<RequestedServerName>()?.Name ?? "";
        return new Device(_principals[identity.AccessKeyId], identity.Name, (connection.RemoteIpAddress ?? IPAddress.None).ToString(), serverName);
    }
}
