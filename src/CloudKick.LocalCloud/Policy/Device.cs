namespace CloudKick.LocalCloud;

/// <summary>The other side of a connection as it proved itself, by its certificate or by its signature.</summary>
/// <param name="Principal">What policies apply to.</param>
/// <param name="ThingName">For logs: the common name of the certificate, or the name of the identity.</param>
/// <param name="IpAddress">Where it connects from.</param>
/// <param name="ServerName">The name that it asked for in the TLS handshake (SNI); empty if it asked for none.</param>
internal sealed record Device(Principal Principal, string ThingName, string IpAddress, string ServerName = "")
{
    /// <summary>The certificate's id; for a signed connection the id of the identity.</summary>
    public string CertificateId => Principal.Id;
}
