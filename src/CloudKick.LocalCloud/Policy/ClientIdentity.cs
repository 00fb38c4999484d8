namespace CloudKick.LocalCloud;

/// <summary>Who a connection is: the client id it asked for, and the device that it proved to be.</summary>
internal sealed record ClientIdentity(string ClientId, Device Device)
{
    public Principal Principal => Device.Principal;

    /// <inheritdoc cref="Device.ThingName"/>
    public string ThingName => Device.ThingName;

    /// <summary>What lifecycle events call <c>principalIdentifier</c>.</summary>
    public string CertificateId => Device.CertificateId;
}
