using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CloudKick.LocalCloud;

/// <summary>
/// Asks a principal's policies: the IoT policies of its certificate or the IAM document of its identity, in the same
/// language. Thread safe; does not block.
/// </summary>
internal sealed class Authorizer(Arns arns, TimeProvider timeProvider)
{
    private const int LongestOnStack = 512;

    public ConnectionPermissions For(ClientIdentity client) => new(client, this);

    /// <summary>Decides a call of the HTTPS APIs. Variables of things have no value there, nor has the client id.</summary>
    /// <param name="device">Who calls.</param>
    /// <param name="action">For example <c>iot:Publish</c>; a constant.</param>
    /// <param name="resource">The end of the ARN, after the account: <c>topic/NAME</c>; a whole ARN; or <c>*</c> for an action without resource.</param>
    /// <param name="keys">What conditions may ask of the call, e.g. <c>iot:Topic</c>.</param>
    public bool IsAllowed(Device device, string action, string resource, IReadOnlyDictionary<string, string>? keys = null)
    {
        if (device.Principal is CertificatePrincipal { Grants.Current.IsActive: false }) return false;
        var context = new CallContext(this, device, keys);
        bool complete = resource == "*" || resource.StartsWith("arn:", StringComparison.Ordinal);
        var decision = complete ? Decide(device.Principal, action, resource, context) : Decide(device.Principal, action, resource, "", context);
        return decision == PolicyDecision.Allowed;
    }

    /// <summary>Decides on the resource <c>arn:aws:iot:REGION:ACCOUNT:</c> + <paramref name="kind"/> + <paramref name="name"/>.</summary>
    public PolicyDecision Decide(Principal principal, string action, string kind, string name, IPolicyContext context)
    {
        int length = arns.Prefix.Length + kind.Length + name.Length;
        Span<char> arn = length <= LongestOnStack ? stackalloc char[length] : new char[length];
        arns.Prefix.CopyTo(arn);
        kind.CopyTo(arn[arns.Prefix.Length..]);
        name.CopyTo(arn[(arns.Prefix.Length + kind.Length)..]);
        return Decide(principal, action, arn, context);
    }

    /// <summary>Keys that any request of a device has; null for one that is unknown or has no value.</summary>
    public string? Find(string key, Device device) => key switch
    {
        PolicyKeys.SourceIp => device.IpAddress.Length > 0 ? device.IpAddress : null,
        PolicyKeys.DomainName => device.ServerName.Length > 0 ? device.ServerName : null,
        PolicyKeys.SecureTransport => "true",
        PolicyKeys.CurrentTime => timeProvider.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
        PolicyKeys.EpochTime => timeProvider.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        PolicyKeys.CertificateId => (device.Principal as CertificatePrincipal)?.CertificateId,
        _ when key.StartsWith(PolicyKeys.Certificate, StringComparison.Ordinal) =>
            (device.Principal as CertificatePrincipal)?.Facts.Find(key[PolicyKeys.Certificate.Length..]),
        _ => null,
    };

    private static PolicyDecision Decide(Principal principal, string action, ReadOnlySpan<char> resource, IPolicyContext context) => principal switch
    {
        CertificatePrincipal certificate => PolicyDocument.Decide(certificate.Grants.Current.Policies, action, resource, context),
        SignedPrincipal { Policies: { } policies } => PolicyDocument.Decide(policies, action, resource, context),
        SignedPrincipal => PolicyDecision.Allowed,
        _ => PolicyDecision.ImplicitDeny,
    };

    private sealed class CallContext(Authorizer authorizer, Device device, IReadOnlyDictionary<string, string>? keys) : IPolicyContext
    {
        public bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
        {
            value = keys is not null && keys.TryGetValue(key, out string? given) ? given : authorizer.Find(key, device);
            return value is not null;
        }

        public IReadOnlyList<string>? GetValues(string key) => null;
    }
}
