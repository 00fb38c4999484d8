using CloudKick.Mqtt;

namespace CloudKick.LocalCloud;

/// <summary>PUBACKs that are kept back: as many as clients may have messages unacknowledged.</summary>
internal sealed class HeldAcknowledgements
{
    private readonly List<(ClientConnection Connection, ushort PacketIdentifier)> _held = [];

    public void Add(ClientConnection connection, ushort packetIdentifier) => _held.Add((connection, packetIdentifier));

    public void Send()
    {
        foreach (var (connection, packetIdentifier) in _held) connection.AcknowledgePublish(packetIdentifier, MqttReasonCode.Success);
    }
}
