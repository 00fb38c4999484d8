using System.Diagnostics.CodeAnalysis;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>
/// After the handshake: MQTT or HTTP, by the protocol that was negotiated. A certificate that is not known, and none where
/// one is needed, closes the connection without a word, as AWS does.
/// </summary>
internal sealed class MqttOrHttp(Broker broker, Registry registry, TimeProvider timeProvider, ILogger logger)
{
    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate http)
    {
        var protocol = connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol ?? default;
        bool mqtt = protocol.Span.SequenceEqual(TlsPolicy.Mqtt.Protocol.Span);
        bool needsCertificate = mqtt || protocol.Span.SequenceEqual(TlsPolicy.HttpApi.Protocol.Span);
        var presented = connection.Features.Get<PresentedCertificate>();
        string ipAddress = (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";

        Device? device = null;
        if (presented is not null || needsCertificate)
        {
            if (!TryIdentify(presented, out var certificate, out string? refusal))
            {
                BrokerLog.UnknownCertificate(logger, ipAddress, refusal);
                return;
            }
            string serverName = connection.Features.Get<RequestedServerName>()?.Name ?? "";
            device = new Device(certificate, presented!.CommonName, ipAddress, serverName);
        }

        if (mqtt)
        {
            await new ClientConnection(connection, device!, broker, timeProvider, logger).RunAsync();
        }
        else
        {
            connection.Features.Set(device);
            await http(connection);
        }
    }

    private bool TryIdentify(PresentedCertificate? presented, [NotNullWhen(true)] out CertificatePrincipal? principal, [NotNullWhen(false)] out string? refusal)
    {
        principal = null;
        refusal = null;
        if (presented is null)
        {
            refusal = "it presented no client certificate";
            return false;
        }
        try
        {
            principal = registry.Recognize(presented.Certificate, presented.OfOurAuthority);
        }
        catch (RegistryException exception)
        {
            refusal = $"its certificate cannot be registered: {exception.Message}";
            return false;
        }
        if (principal is null) refusal = $"certificate {CertificateAuthority.IdOf(presented.Certificate)} is not known";
        else if (!principal.Grants.Current.IsActive) refusal = $"certificate {principal.Id} is {principal.Grants.Current.Status?.ToAws() ?? "deleted"}";
        return refusal is null;
    }
}
