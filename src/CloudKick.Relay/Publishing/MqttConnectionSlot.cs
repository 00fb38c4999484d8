using CloudKick.Mqtt;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// A place in the pool: one connection, with what it may still carry. The connection can be replaced by another, of a new certificate.
/// Thread-safe.
/// </summary>
internal sealed class MqttConnectionSlot(string name, MessageBudget budget, int maximumInFlight, TimeProvider timeProvider)
{
    // What a connection that left a publish unacknowledged has to wait before it is trusted like the others again.
    private static readonly TimeSpan Mistrust = TimeSpan.FromSeconds(5);

    // Topic, properties and framing beside the payload and twice the topic.
    private const int Overhead = 160;

    private volatile MqttClient? _client;
    private int _pending;
    private int _inTurn;
    private long _unanswered;

    /// <summary>How the connection's client id ends.</summary>
    public string Name => name;

    public MessageBudget Budget => budget;

    /// <summary>The connection that is used now.</summary>
    public MqttClient Client
    {
        get => _client ?? throw new InvalidOperationException("The pool has not begun.");
        set => _client = value;
    }

    public bool IsUp => _client?.State is MqttClientState.Connected;

    /// <summary>
    /// Publishes handed over that have no answer yet, and the turns kept for kicks that are being stored: those leave as soon as they are, many at
    /// a time.
    /// </summary>
    public int Expected => Volatile.Read(ref _pending) + budget.Booked;

    /// <summary>
    /// Whether another publish would have to wait for an acknowledgement first. Those whose turn in the budget is yet to come take no place among
    /// the unacknowledged, however many they are; one that nobody waits for any more still does, and a client that has no other place left ends
    /// its connection, which frees them all.
    /// </summary>
    public bool IsFull => Volatile.Read(ref _inTurn) >= MaximumInFlight;

    /// <summary>Publishes that it may have without an acknowledgement.</summary>
    public int MaximumInFlight { get; } = Math.Min(maximumInFlight, budget.Shares);

    /// <summary>Whether it lately left a publish without an answer: others go first.</summary>
    public bool IsSuspect => Volatile.Read(ref _unanswered) is not 0 and var at && timeProvider.GetElapsedTime(at) < Mistrust;

    /// <summary>Keeps the next turn in the budget for a kick; null when that is further away than <paramref name="patience"/>.</summary>
    public ReservedTurn? TryReserve(TimeSpan patience)
    {
        var reserved = timeProvider.GetTimestamp();
        return budget.TryBook(bytes: 0, patience, out var delay) ? new ReservedTurn(this, reserved, delay, timeProvider) : null;
    }

    /// <summary>
    /// Publishes once its turn in the budget and its place among the unacknowledged have come, if by then it may still leave, and waits for the
    /// broker's word, no longer than <paramref name="timeout"/>; null when the budget has no place within <paramref name="patience"/>, and, where
    /// that is less and the kick so has another way, when too many are unacknowledged by its turn.
    /// </summary>
    public async Task<AttemptResult?> TryPublishAsync(
        KickAttempt attempt, MqttMessage message, LateCheck lateCheck, TimeSpan remaining, TimeSpan timeout, TimeSpan patience)
    {
        var hasOtherWay = patience < timeout;
        var started = timeProvider.GetTimestamp();
        if (!TryTakeTurn(attempt.Turn, Bytes(message), hasOtherWay ? patience : timeout, out var delay))
            return null;
        Interlocked.Increment(ref _pending);
        var hasLeft = false;
        var isInTurn = false;
        try
        {
            using var deadline = new CancellationTokenSource(timeout, timeProvider);
            if (delay >= timeout)
                return NotInTime;
            if (delay > TimeSpan.Zero)
                await Task.Delay(delay, timeProvider, deadline.Token);
            var isFull = Interlocked.Increment(ref _inTurn) > MaximumInFlight;
            isInTurn = true;
            // Others whose turn came before have the places that were free when it was chosen.
            if (isFull && hasOtherWay)
                return null;
            var (client, taken) = await TakePlaceAsync(deadline.Token);
            using var place = taken;
            // Asking whether it is late takes its time too, and another may have had the share by then.
            long number;
            do
            {
                while (budget.UntilShare is { Ticks: > 0 } wait)
                    await Task.Delay(wait, timeProvider, deadline.Token);
                if (await lateCheck.RefuseAsync(attempt, deadline.Token) is { } refusal)
                    return refusal;
            }
            while (!budget.TryLeave(out number));
            hasLeft = true;
            isInTurn = false;
            place.Freed = acknowledged =>
            {
                Interlocked.Decrement(ref _inTurn);
                budget.Arrive(number, acknowledged);
            };
            return await PublishAsync(client, message, place, remaining - timeProvider.GetElapsedTime(started), deadline.Token);
        }
        catch (OperationCanceledException)
        {
            return NotInTime;
        }
        catch (MqttNotSentException exception)
        {
            return NotSent(exception);
        }
        finally
        {
            Interlocked.Decrement(ref _pending);
            if (isInTurn)
                Interlocked.Decrement(ref _inTurn);
            if (!hasLeft)
                budget.GiveBack();
        }
    }

    // One that has been replaced meanwhile takes no more; the one in its place does.
    private async ValueTask<(MqttClient Client, MqttPublishPlace Place)> TakePlaceAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var client = Client;
            try
            {
                return (client, await client.TakePlaceAsync(cancellationToken));
            }
            catch (MqttNotSentException) when (client != Client)
            {
                // Nothing has left yet.
            }
        }
    }

    private static AttemptResult NotInTime => new(AttemptOutcome.NotSent, "its turn did not come in time");

    private bool TryTakeTurn(ReservedTurn? turn, int bytes, TimeSpan patience, out TimeSpan delay)
    {
        if (turn?.Slot != this || !turn.TryTake())
            return budget.TryBook(bytes, patience, out delay);
        budget.Weigh(bytes);
        delay = turn.Wait;
        return true;
    }

    private async Task<AttemptResult> PublishAsync(MqttClient client, MqttMessage message, MqttPublishPlace place, TimeSpan remaining, CancellationToken cancellationToken)
    {
        // The broker's expiry counts in whole seconds, from when it gets the message.
        var expiry = (long)remaining.TotalSeconds;
        if (expiry < 1)
            return new AttemptResult(AttemptOutcome.NotSent, "less than a second of the kick's life was left");
        try
        {
            var result = Judge(await client.PublishAsync(message with { MessageExpiryInterval = (uint)expiry }, place, cancellationToken));
            Volatile.Write(ref _unanswered, 0);
            return result;
        }
        catch (MqttProtocolException exception)
        {
            return new AttemptResult(AttemptOutcome.Refused, exception.Message);
        }
        catch (MqttOutcomeUnknownException exception)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                Volatile.Write(ref _unanswered, timeProvider.GetTimestamp());
                // Perhaps the link is only half there, and nothing else would tell before the keep-alive does.
                client.Probe();
            }
            return new AttemptResult(
                AttemptOutcome.Unknown, exception.Message,
                exception.ClosedByServer && (exception.ReasonCode?.IsRefusal() ?? true) ? Denial.Closed : Denial.None);
        }
    }

    private static AttemptResult NotSent(MqttNotSentException exception) => exception.Reason is MqttNotSentReason.TooLarge or MqttNotSentReason.NotSupported
        ? new(AttemptOutcome.Refused, exception.Message)
        : new(AttemptOutcome.NotSent, exception.Message);

    /// <summary>What a message takes on the wire, roughly.</summary>
    public static int Bytes(MqttMessage message) => message.Payload.Length + (2 * message.Topic.Length) + Overhead;

    // MQTT 5.0 §3.4.2.1. What the broker may take another time is tried again; what it never will is final.
    private static AttemptResult Judge(MqttReasonCode reason) => reason switch
    {
        < MqttReasonCode.UnspecifiedError => new(AttemptOutcome.Acknowledged),
        MqttReasonCode.NotAuthorized => new(AttemptOutcome.Refused, $"the broker refused it: {reason.Describe()}", Denial.Said),
        MqttReasonCode.TopicNameInvalid or MqttReasonCode.PayloadFormatInvalid or MqttReasonCode.PacketTooLarge =>
            new(AttemptOutcome.Refused, $"the broker refused it: {reason.Describe()}"),
        _ => new(AttemptOutcome.NotSent, $"the broker did not take it: {reason.Describe()}"),
    };
}
