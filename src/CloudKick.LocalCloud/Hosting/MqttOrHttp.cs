using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>
/// After the handshake: MQTT or HTTP, by the protocol that was negotiated. A certificate that is not known, and none where
/// one is needed, closes the connection without a word, as AWS does.
/// </summary>
internal sealed class MqttOrHttp(Broker broker, TimeProvider timeProvider, ILogger logger)
{
    public async Task HandleAsync(ConnectionContext connection, ConnectionDelegate http)
    {
        var protocol = connection.Features.Get<ITlsApplicationProtocolFeature>()?.ApplicationProtocol ?? default;
        bool mqtt = protocol.Span.SequenceEqual(TlsPolicy.Mqtt.Protocol.Span);
        bool needsCertificate = mqtt || protocol.Span.SequenceEqual(TlsPolicy.HttpApi.Protocol.Span);
        var presented = connection.Features.Get<PresentedCertificate>();
        string ipAddress = (connection.RemoteEndPoint as IPEndPoint)?.Address.ToString() ?? "";

        Device? device = presented?.ThingName is { } thing ? new Device(thing, presented.CertificateId, ipAddress) : null;
        if (device is null && (needsCertificate || presented is not null))
        {
            BrokerLog.UnknownCertificate(logger, ipAddress,
                presented is null ? "it presented no client certificate" : $"certificate {presented.CertificateId} is not known");
            return;
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
}
