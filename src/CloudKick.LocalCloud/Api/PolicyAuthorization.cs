using System.Collections.Frozen;

namespace CloudKick.LocalCloud;

/// <summary>Asks the IoT policies of a device's certificate, or the IAM document of an identity.</summary>
internal sealed class PolicyAuthorization(Authorizer authorizer, IEnumerable<CloudIdentity> identities) : IApiAuthorization
{
    private readonly FrozenDictionary<string, Device> _identities = identities.ToFrozenDictionary(
        identity => identity.AccessKeyId,
        identity => new Device(SignedPrincipal.Of(identity), identity.Name, IpAddress: ""));

    public bool May(ApiCaller caller, string action, string resource, IReadOnlyDictionary<string, string>? context = null) =>
        authorizer.IsAllowed(caller.Device ?? _identities[caller.Identity!.AccessKeyId], action, resource, context);
}
