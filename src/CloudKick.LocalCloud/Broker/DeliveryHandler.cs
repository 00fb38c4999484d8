using System.IO.Pipelines;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud;

/// <summary>PUBLISH to a client: what its session has for it, as far as policy and quotas let it through. One per connection, called by its writer only.</summary>
internal sealed class DeliveryHandler(Broker broker, ClientConnection connection, Session session, int maximumPacketSize, TimeProvider timeProvider)
{
    /// <summary>Writes the next message that may be delivered.</summary>
    /// <returns>False if there is none now.</returns>
    public bool TryWriteNext(PipeWriter output)
    {
        while (true)
        {
            var now = timeProvider.GetUtcNow();
            bool taken = session.TryTake(connection, now, out var delivery, out ushort packetIdentifier, out int expired);
            if (expired > 0) broker.Counters.Expired(expired);
            if (!taken) return false;

            if (broker.Faults.StrikeDelivery(connection.Identity.Client.ClientId))
            {
                broker.Counters.Dropped(1);
                delivery.Direct?.Written(awaitsConfirmation: packetIdentifier != 0);
                session.Forget(connection, packetIdentifier);
                continue;
            }
            if (Refusal(delivery, packetIdentifier, now, output) is not { } refusal)
            {
                broker.Counters.Delivered();
                delivery.Direct?.Written(awaitsConfirmation: packetIdentifier != 0);
                return true;
            }
            if (refusal != DirectOutcome.Throttled) broker.Counters.Dropped(1);
            delivery.Direct?.Refused(refusal);
            session.Acknowledge(connection, packetIdentifier);
        }
    }

    /// <returns>Why the message does not go out; null when it is written.</returns>
    private DirectOutcome? Refusal(in Delivery delivery, ushort packetIdentifier, DateTimeOffset now, PipeWriter output)
    {
        var message = delivery.Message.For(delivery.QualityOfService, delivery.Retain, now);
        if (!connection.Permissions.MayReceive(message.Topic)) return DirectOutcome.NotAuthorized;
        if (!connection.Quotas.MayDeliver()) return DirectOutcome.Throttled;
        return PublishPacket.TryEncode(message, packetIdentifier, duplicate: false, output, connection.Version, maximumPacketSize) ? null : DirectOutcome.TooLarge;
    }
}
