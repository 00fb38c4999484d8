namespace CloudKick.Mqtt.Client;

/// <summary>Places among those in flight that are taken before there is a message.</summary>
internal sealed partial class OutgoingPublishes
{
    // Stands among those that wait for whoever wants a place before the message.
    private static readonly MqttMessage PlaceOnly = new() { Topic = "-", QualityOfService = MqttQualityOfService.AtLeastOnce };

    /// <summary>A place among those in flight, which no other publish takes until it is used or given back.</summary>
    public ValueTask<MqttPublishPlace> TakePlaceAsync(CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromException<MqttPublishPlace>(Cancelled(cancellationToken));
        MqttConnection connection;
        OutgoingPublish waiting;
        lock (_gate)
        {
            if ((Refuse(PlaceOnly) ?? RefuseToQueue(PlaceOnly)) is { } refusal)
                return ValueTask.FromException<MqttPublishPlace>(refusal);
            connection = _connection!;
            if (_waiting.Count == 0 && MaySend(PlaceOnly))
            {
                _window.Hold();
                return ValueTask.FromResult(new MqttPublishPlace(this, connection));
            }
            waiting = Rent(PlaceOnly);
            _waiting.AddLast(waiting.Place);
        }
        return WaitForPlaceAsync(connection, waiting, cancellationToken);
    }

    /// <summary>Publishes on the place's connection, at once.</summary>
    public ValueTask<MqttReasonCode> PublishAsync(MqttMessage message, MqttPublishPlace place, CancellationToken cancellationToken)
    {
        OutgoingPublish publish;
        lock (_gate)
        {
            if (!place.TryUse())
                throw new InvalidOperationException("The place has been used or given back");
            if (!GiveBack(place.Connection))
            {
                place.Free();
                return ValueTask.FromException<MqttReasonCode>(new MqttNotSentException(MqttNotSentReason.NotConnected, "Not sent: the connection that it had a place on has ended"));
            }
            var refusal = cancellationToken.IsCancellationRequested ? Cancelled(cancellationToken) : Refuse(message, hasPlace: true);
            if (refusal is not null)
            {
                place.Free();
                SendWaiting();
                TellWhenDrained();
                return ValueTask.FromException<MqttReasonCode>(refusal);
            }
            publish = Rent(message);
            publish.TakenPlace = place;
            if (TrySend(publish))
                // When it could not be sent for its own sake, its place is the next one's.
                SendWaiting();
            else
                _waiting.AddFirst(publish.Place);
        }
        return publish.AsTask(cancellationToken);
    }

    /// <summary>A place that was not used is free for others.</summary>
    internal void GiveBack(MqttPublishPlace place)
    {
        lock (_gate)
        {
            if (!place.TryUse())
                return;
            place.Free();
            if (!GiveBack(place.Connection))
                return;
            SendWaiting();
            TellWhenDrained();
        }
    }

    // Until its turn comes it is one of those that wait, and ends as they do.
    private async ValueTask<MqttPublishPlace> WaitForPlaceAsync(MqttConnection connection, OutgoingPublish waiting, CancellationToken cancellationToken)
    {
        await waiting.AsTask(cancellationToken);
        return new MqttPublishPlace(this, connection);
    }

    // Those of a connection that has ended went with it.
    private bool GiveBack(MqttConnection connection)
    {
        if (_connection != connection)
            return false;
        _window.Free();
        return true;
    }
}
