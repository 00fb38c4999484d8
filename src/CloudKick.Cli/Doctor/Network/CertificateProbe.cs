using System.Text;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>
/// Tells a certificate that the cloud does not take from a policy that says no: both close an MQTT connection without a word, but over
/// HTTPS a certificate that is taken gets an answer, whatever it is.
/// </summary>
internal static class CertificateProbe
{
    private const string HttpAlpn = "x-amzn-http-ca";

    /// <summary>Whether the cloud takes the certificate; null: it could not be found out.</summary>
    public static async Task<bool?> IsTakenAsync(NetworkTarget target, CancellationToken cancellationToken)
    {
        if (target.Alpn.Length == 0)
            return null;
        try
        {
            await using var peek = await TlsPeek.OpenAsync(target, HttpAlpn, asClient: true, cancellationToken);
            if (peek.Alpn != HttpAlpn)
                return null;
            try
            {
                await peek.Stream.WriteAsync(Encoding.ASCII.GetBytes($"GET / HTTP/1.1\r\nHost: {target.Host}\r\nConnection: close\r\n\r\n"), cancellationToken);
                return await peek.Stream.ReadAsync(new byte[1], cancellationToken) > 0;
            }
            catch (IOException)
            {
                return false; // cut off: the other way of saying nothing
            }
        }
        catch (TlsPeekException)
        {
            return null;
        }
    }
}
