using CloudKick.AwsIot.Data;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Database;
using Microsoft.Extensions.Options;
using Npgsql;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Sends kicks by AWS IoT Core's <c>SendDirectMessage</c>: to the terminal's connection itself, which acknowledges, or is known not to be
/// there. Nothing is stored on the way; the payload's <c>exp</c> bounds the kick's life. Thread-safe.
/// </summary>
internal sealed class DirectKickTransport(
    IotDataClients clients, TenantDatabase database, RouteRefusals refusals, LateCheck lateCheck, PublishingMetrics metrics, IOptions<PublishingOptions> options,
    TimeProvider timeProvider, ILogger<DirectKickTransport> logger)
    : IotDataTransport("direct", clients, refusals, lateCheck, metrics, options, timeProvider, logger)
{
    private const string ThingName = "select t.thing_name from terminals t where t.terminal_id = @terminal";
    private const int LongestTimeout = 15;

    // What AWS's own answer may take, beyond what it waits for the terminal.
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);

    // A terminal's client id is its thing's name.
    protected override async ValueTask<Receiver> FindReceiverAsync(KickAttempt attempt, CancellationToken cancellationToken)
    {
        try
        {
            var thing = await database.QuerySingleOrDefaultAsync<string>(Tenant.Platform, ThingName, new { terminal = attempt.TerminalId }, cancellationToken);
            return thing is null ? Nobody(AttemptOutcome.Refused, "the terminal is not registered any more") : new Receiver(thing);
        }
        catch (Exception exception) when (exception is NpgsqlException or OperationCanceledException)
        {
            return Nobody(AttemptOutcome.NotSent, $"the terminal's thing could not be looked up: {exception.Message}");
        }
    }

    protected override async Task<AttemptResult> SendAsync(
        IAmazonIotData client, KickAttempt attempt, string receiver, MqttMessage message, TimeSpan remaining, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var payload = Payload(message);
        try
        {
            await client.SendDirectMessageAsync(
                new SendDirectMessageRequest
                {
                    ClientId = receiver,
                    Topic = message.Topic,
                    Confirmation = true,
                    Timeout = Math.Clamp((int)(timeout - AnswerTime).TotalSeconds, 1, LongestTimeout),
                    Payload = payload,
                    ContentType = message.ContentType,
                    ResponseTopic = message.ResponseTopic,
                    CorrelationData = CorrelationData(message),
                    UserProperties = UserProperties(message),
                },
                cancellationToken);
            return new AttemptResult(AttemptOutcome.Delivered);
        }
        catch (ResourceNotFoundException exception)
        {
            return new AttemptResult(AttemptOutcome.Offline, $"the terminal is not connected: {exception.Message}");
        }
        catch (GatewayTimeoutException)
        {
            return new AttemptResult(AttemptOutcome.Unknown, "the terminal did not acknowledge in time; it may have the kick");
        }
        catch (ForbiddenException exception)
        {
            return Forbidden(exception.Message, receiver, message.Topic, attempt.SubscriptionTopic);
        }
    }

    private static Receiver Nobody(AttemptOutcome outcome, string detail) => new("", new AttemptResult(outcome, detail));

    // AWS names the receiver when its policy is the one that forbids, and nobody when the sender's is. One terminal's policy says nothing of
    // what the relay may do: it stands with its kick, and not in the way's state, which anybody may ask.
    private static AttemptResult Forbidden(string said, string thing, string topic, string route)
    {
        if (said.Contains(thing, StringComparison.Ordinal))
        {
            return new AttemptResult(
                AttemptOutcome.Refused,
                $"a policy of the cloud forbids it: {said}; the cloud does not let client {thing} receive direct messages: does the terminal's policy allow iot:Receive on topic/{topic}?");
        }

        var cause = $"the cloud does not let the relay send direct messages for {route}: does the relay's policy allow iot:SendDirectMessage on client/* where iot:Topic is {route} or {route}/*?";
        return new AttemptResult(AttemptOutcome.Refused, $"a policy of the cloud forbids it: {said}; {cause}", Denial.Said, cause);
    }
}
