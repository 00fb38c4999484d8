namespace CloudKick.LocalCloud;

/// <summary>A device as TLS showed it: the thing and id of its certificate, and where it connects from.</summary>
internal sealed record Device(string ThingName, string CertificateId, string IpAddress);
