using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Mqtt.Transport;

/// <summary>The client's side of TLS: who the server is, what it speaks, and what to say when that fails.</summary>
internal static class TlsHandshake
{
    public static async Task<SslStream> AuthenticateAsync(Stream inner, MqttEndpoint endpoint, MqttTlsOptions tls, CancellationToken cancellationToken)
    {
        tls = tls.Renew?.Invoke(tls) ?? tls;
        string? distrust = null;
        var options = CreateOptions(endpoint, tls);
        options.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
        {
            distrust = Explain(certificate, chain, errors, options.TargetHost);
            return errors == SslPolicyErrors.None;
        };
        var stream = new SslStream(inner);
        try
        {
            await stream.AuthenticateAsClientAsync(options, cancellationToken);
            CheckApplicationProtocol(stream, endpoint, tls);
            return stream;
        }
        catch (AuthenticationException exception)
        {
            await stream.DisposeAsync();
            throw Explain(exception, distrust, endpoint, tls);
        }
        catch (IOException exception)
        {
            await stream.DisposeAsync();
            throw new MqttConnectException(MqttConnectFailure.TlsHandshake, $"{endpoint} cut the connection during the TLS handshake: not a TLS port, or the client's certificate or server name was refused", exception);
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    private static SslClientAuthenticationOptions CreateOptions(MqttEndpoint endpoint, MqttTlsOptions tls)
    {
        var chainPolicy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (tls.TrustedRoots is { } roots)
        {
            chainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            chainPolicy.CustomTrustStore.AddRange(roots);
        }
        return new SslClientAuthenticationOptions
        {
            TargetHost = tls.ServerName ?? endpoint.Host,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            CertificateChainPolicy = chainPolicy,
            ApplicationProtocols = tls.ApplicationProtocols.Count == 0 ? null : [.. tls.ApplicationProtocols.Select(name => new SslApplicationProtocol(name))],
            ClientCertificateContext = tls.ClientCertificate is { } certificate
                ? SslStreamCertificateContext.Create(certificate, tls.ClientCertificateChain, offline: true)
                : null,
        };
    }

    /// <summary>A server that knows no ALPN ends the handshake well with no protocol chosen.</summary>
    private static void CheckApplicationProtocol(SslStream stream, MqttEndpoint endpoint, MqttTlsOptions tls)
    {
        if (tls.ApplicationProtocols.Count == 0)
            return;
        var chosen = stream.NegotiatedApplicationProtocol;
        if (!tls.ApplicationProtocols.Any(name => chosen == new SslApplicationProtocol(name)))
        {
            throw new MqttConnectException(
                MqttConnectFailure.AlpnMismatch,
                $"{endpoint} chose no application protocol of those asked for ({string.Join(", ", tls.ApplicationProtocols)}): another service, or a proxy that inspects TLS, answers there");
        }
    }

    private static MqttConnectException Explain(AuthenticationException exception, string? distrust, MqttEndpoint endpoint, MqttTlsOptions tls)
    {
        if (distrust is not null)
            return new(MqttConnectFailure.TlsServerNotTrusted, $"The certificate of {endpoint} is not trusted: {distrust}", exception);
        if (IsNoApplicationProtocol(exception))
            return new(MqttConnectFailure.AlpnMismatch, $"{endpoint} does not speak {string.Join(", ", tls.ApplicationProtocols)} (ALPN)", exception);
        return new(MqttConnectFailure.TlsHandshake, $"TLS with {endpoint} failed: {(exception.InnerException ?? exception).Message}", exception);
    }

    /// <summary>TLS alert 120, no_application_protocol (RFC 7301 §3.2); the platform tells it only in its message.</summary>
    private static bool IsNoApplicationProtocol(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            if (cause.Message.Contains("no application protocol", StringComparison.OrdinalIgnoreCase)
                || cause.Message.Contains("reason(1120)", StringComparison.Ordinal)
                || cause.Message.Contains("NoApplicationProtocol", StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }
        return false;
    }

    private static string? Explain(X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors, string? name)
    {
        if (errors == SslPolicyErrors.None)
            return null;
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable) || certificate is null)
            return "it has none";
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            return $"it is not for '{name}' but for {certificate.Subject}";
        var statuses = chain?.ChainStatus.Select(status => status.StatusInformation.Trim()).Where(text => text.Length > 0).Distinct() ?? [];
        return $"{certificate.Subject}, issued by {certificate.Issuer}: {string.Join("; ", statuses)}";
    }
}
