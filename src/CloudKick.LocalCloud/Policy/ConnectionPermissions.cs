using System.Diagnostics.CodeAnalysis;

namespace CloudKick.LocalCloud;

/// <summary>
/// What one client may do, asked where AWS evaluates policies: at CONNECT, PUBLISH and SUBSCRIBE, and at every delivery. A
/// change of policies acts on connections that are there. Thread safe; does not block.
/// </summary>
internal sealed class ConnectionPermissions(ClientIdentity client, Authorizer authorizer) : IPolicyContext
{
    private const string PersistentConnect = "PersistentConnect";
    private const string LastWill = "LastWill";

    /// <summary>Whether the certificate is still good for being connected; a signed connection always is.</summary>
    public bool IsInForce => client.Principal is not CertificatePrincipal certificate || certificate.Grants.Current.IsActive;

    /// <summary>
    /// The thing whose variables apply: the one that the certificate is attached to exclusively, or else the one that has the
    /// client id for a name and is attached to the certificate. Null for none.
    /// </summary>
    public ThingFacts? Thing
    {
        get
        {
            if (client.Principal is not CertificatePrincipal certificate) return null;
            return certificate.Grants.Current.Things.TryGetValue(client.ClientId, out var named) ? named : ExclusiveThing;
        }
    }

    /// <summary>The thing that the certificate is attached to exclusively; null for none.</summary>
    public ThingFacts? ExclusiveThing =>
        (client.Principal as CertificatePrincipal)?.Grants.Current.Things.Values.FirstOrDefault(thing => thing.Exclusive);

    /// <summary><c>iot:Connect</c> on <c>client/ID</c>.</summary>
    /// <param name="persistent">Whether the session is to outlive the connection.</param>
    /// <param name="will">Whether there is a will.</param>
    public bool MayConnect(bool persistent, bool will)
    {
        var attributes = new List<string>(2);
        if (persistent) attributes.Add(PersistentConnect);
        if (will) attributes.Add(LastWill);
        return IsAllowed("iot:Connect", "client/", client.ClientId, new ConnectContext(this, attributes));
    }

    /// <summary><c>iot:Publish</c> and, when retained, <c>iot:RetainPublish</c> on <c>topic/NAME</c>.</summary>
    public bool MayPublish(string topic, bool retain) =>
        IsAllowed("iot:Publish", "topic/", topic, this) && (!retain || IsAllowed("iot:RetainPublish", "topic/", topic, this));

    /// <summary><c>iot:Subscribe</c> on <c>topicfilter/FILTER</c>, with its <c>$share/group/</c> if it has one.</summary>
    public bool MaySubscribe(string topicFilter) => IsAllowed("iot:Subscribe", "topicfilter/", topicFilter, this);

    /// <summary><c>iot:Receive</c> on <c>topic/NAME</c>.</summary>
    public bool MayReceive(string topic) => IsAllowed("iot:Receive", "topic/", topic, this);

    public bool TryGetValue(string key, [NotNullWhen(true)] out string? value)
    {
        value = key switch
        {
            PolicyKeys.ClientId => client.ClientId,
            PolicyKeys.IsAttached => Thing is null ? "false" : "true",
            PolicyKeys.ThingName => Thing?.Name,
            PolicyKeys.ThingTypeName => Thing?.TypeName,
            _ when key.StartsWith(PolicyKeys.ThingAttributes, StringComparison.Ordinal) => ThingAttribute(key),
            _ => authorizer.Find(key, client.Device),
        };
        return value is not null;
    }

    public IReadOnlyList<string>? GetValues(string key) => null;

    private bool IsAllowed(string action, string kind, string name, IPolicyContext context) =>
        authorizer.Decide(client.Principal, action, kind, name, context) == PolicyDecision.Allowed;

    private string? ThingAttribute(string key) =>
        key.EndsWith(']') ? Thing?.Attributes.GetValueOrDefault(key[PolicyKeys.ThingAttributes.Length..^1]) : null;

    /// <summary>A CONNECT has attributes that later requests have not.</summary>
    private sealed class ConnectContext(ConnectionPermissions connection, List<string> attributes) : IPolicyContext
    {
        public bool TryGetValue(string key, [NotNullWhen(true)] out string? value) => connection.TryGetValue(key, out value);

        public IReadOnlyList<string>? GetValues(string key) => key == PolicyKeys.ConnectAttributes ? attributes : connection.GetValues(key);
    }
}
