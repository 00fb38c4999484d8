using CloudKick.Mqtt;

namespace CloudKick.Relay.Publishing;

/// <summary>One connection of the pool, with what it may still carry.</summary>
internal sealed class MqttConnectionSlot(MqttClient client, MessageBudget budget)
{
    public MqttClient Client => client;

    public MessageBudget Budget => budget;

    public bool IsUp => client.State is MqttClientState.Connected;

    /// <summary>
    /// Publishes once its turn in the budget has come and waits for the broker's word, no longer than <paramref name="timeout"/>; null
    /// when the budget has no place so soon.
    /// </summary>
    public async Task<AttemptResult?> TryPublishAsync(MqttMessage message, TimeSpan remaining, TimeSpan timeout, TimeProvider timeProvider)
    {
        if (!budget.TryBook(timeout, out var delay))
            return null;
        if (delay > TimeSpan.Zero)
            await Task.Delay(delay, timeProvider);
        // The broker's expiry counts in whole seconds, from when it gets the message.
        var expiry = (long)(remaining - delay).TotalSeconds;
        if (expiry < 1)
            return new AttemptResult(AttemptOutcome.NotSent, "less than a second of the kick's life was left");

        using var deadline = new CancellationTokenSource(timeout - delay, timeProvider);
        try
        {
            return Judge(await client.PublishAsync(message with { MessageExpiryInterval = (uint)expiry }, deadline.Token));
        }
        catch (MqttNotSentException exception) when (exception.Reason is MqttNotSentReason.TooLarge or MqttNotSentReason.NotSupported)
        {
            return new AttemptResult(AttemptOutcome.Refused, exception.Message);
        }
        catch (MqttProtocolException exception)
        {
            return new AttemptResult(AttemptOutcome.Refused, exception.Message);
        }
        catch (MqttNotSentException exception)
        {
            return new AttemptResult(AttemptOutcome.NotSent, exception.Message);
        }
        catch (MqttOutcomeUnknownException exception)
        {
            return new AttemptResult(AttemptOutcome.Unknown, exception.Message);
        }
    }

    // MQTT 5.0 §3.4.2.1. What the broker may take another time is tried again; what it never will is final.
    private static AttemptResult Judge(MqttReasonCode reason) => reason switch
    {
        < MqttReasonCode.UnspecifiedError => new(AttemptOutcome.Acknowledged),
        MqttReasonCode.NotAuthorized or MqttReasonCode.TopicNameInvalid or MqttReasonCode.PayloadFormatInvalid or MqttReasonCode.PacketTooLarge =>
            new(AttemptOutcome.Refused, $"the broker refused it: {reason} (0x{(byte)reason:X2})"),
        _ => new(AttemptOutcome.NotSent, $"the broker did not take it: {reason} (0x{(byte)reason:X2})"),
    };
}
