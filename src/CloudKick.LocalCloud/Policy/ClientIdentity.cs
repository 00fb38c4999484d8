namespace CloudKick.LocalCloud;

/// <summary>Who a connection is: the client id it asked for, and the thing and certificate it proved to be.</summary>
internal sealed record ClientIdentity(string ClientId, string ThingName, string CertificateId);
