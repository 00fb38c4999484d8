using System.Globalization;
using CloudKick.AwsIot.Queues;
using CloudKick.Cli.Doctor.Network;
using CloudKick.Mqtt;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>
/// Whether the cloud's topic rule brings presence events into the queue: visitors come and go over MQTT, and their events are looked for.
/// The relay takes some of them, so there are several visitors.
/// </summary>
internal sealed class PresenceQueueTrial(CloudTarget target, IAmazonSQS queues, string queueUrl, TimeProvider timeProvider)
{
    public const string WhenSilent = "SQS or the broker does not answer any more: try again, and if it stays, see `cloudkick doctor network`.";

    private const string Grant = "Allow it for these credentials; for the relay's role terraform/modules/policies/role.tf does (statement PresenceQueue).";

    private const string RuleFix =
        "See whether the topic rule is there and enabled (aws iot list-topic-rules), selects from $aws/events/presence/+/+, and may send to this queue "
        + "(sqs:SendMessage of its role): terraform/modules/presence makes it so. What it could not send is among the queue's dead letters.";

    private const string ReadersFix = "Where many nodes read the queue they may have taken them all: their metric cloudkick.presence.received rises then.";

    private static readonly TimeSpan BetweenVisits = TimeSpan.FromSeconds(1);

    // Clocks of the cloud and of this machine.
    private static readonly TimeSpan Leeway = TimeSpan.FromSeconds(5);

    private readonly string _visitors = target.Network.ClientId + "-visitor-";
    private int _visits;

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        // What is left of the check's time is for saying what was seen.
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        ending.CancelAfter(target.Timeout * 0.8);
        var watch = new PresenceQueueWatch(queues, queueUrl, _visitors, timeProvider.GetUtcNow() - Leeway);
        var started = timeProvider.GetTimestamp();
        // The readers first: what comes while nobody of ours asks is the relay's.
        var watching = watch.RunAsync(ending.Token);
        var visiting = VisitAsync(watch, ending.Token);
        await Task.WhenAny(watching, visiting);
        var took = timeProvider.GetElapsedTime(started);
        await ending.CancelAsync();
        try
        {
            var refused = await visiting;
            await watching;
            cancellationToken.ThrowIfCancellationRequested();
            return refused ?? Judge(watch, took);
        }
        catch (Exception exception) when (AwsFault.Explains(exception))
        {
            var fault = AwsFault.Of(exception, "sqs:ReceiveMessage on the presence queue", Grant);
            return Finding.Failed(MqttTrial.PresenceName, fault.Evidence, fault.Fix);
        }
    }

    /// <summary>Visitor after visitor, until one was seen to come and go; a finding when none is let in.</summary>
    private async Task<Finding?> VisitAsync(PresenceQueueWatch watch, CancellationToken cancellationToken)
    {
        while (!watch.Complete.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            var clientId = string.Create(CultureInfo.InvariantCulture, $"{_visitors}{_visits + 1}");
            try
            {
                await using var visitor = new TrialClient(target.Network, clientId);
                await visitor.Client.ConnectAsync(cancellationToken);
                await visitor.Client.DisconnectAsync(cancellationToken);
            }
            catch (MqttConnectException exception)
            {
                var (evidence, fix) = MqttRefusal.Explain(exception, clientId, certificateIsTaken: true);
                return Finding.Failed(MqttTrial.PresenceName, evidence, fix);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                break;
            }
            _visits++;
            await Task.WhenAny(watch.Complete, Task.Delay(BetweenVisits, timeProvider, cancellationToken));
        }
        return null;
    }

    private Finding Judge(PresenceQueueWatch watch, TimeSpan took)
    {
        var within = string.Create(CultureInfo.InvariantCulture, $"within {took.TotalMilliseconds:0} ms");
        var visits = _visits == 1 ? "1 visitor" : string.Create(CultureInfo.InvariantCulture, $"{_visits} visitors");
        if (watch.NotDeleted is { } exception)
        {
            var fault = AwsFault.Of(exception, "sqs:DeleteMessage on the presence queue", Grant);
            return Finding.Warning(MqttTrial.PresenceName, $"Events of {visits} arrived in the queue, and cannot be deleted. {fault.Evidence}", fault.Fix);
        }
        if (_visits == 0)
            return Finding.Failed(MqttTrial.PresenceName, $"No visitor could come and go {within}", WhenSilent);
        return (watch.Connected, watch.Disconnected, watch.FreshOfOthers) switch
        {
            (true, true, _) => Finding.Ok(MqttTrial.PresenceName, $"{visits} came and went, and both events arrived in the queue {within}"),
            (true, false, _) => OnlyOne("connected", "disconnected", visits),
            (false, true, _) => OnlyOne("disconnected", "connected", visits),
            (_, _, > 0 and var others) => Finding.Ok(
                MqttTrial.PresenceName,
                string.Create(CultureInfo.InvariantCulture, $"Events arrive in the queue: {others} of other clients {within}; those of {visits} went to the relay, or the rule leaves them out")),
            _ => Finding.Failed(MqttTrial.PresenceName, $"{visits} came and went, and {within} no event of theirs was in the queue, nor of any other client", $"{RuleFix} {ReadersFix}"),
        };
    }

    private static Finding OnlyOne(string seen, string missing, string visits) => Finding.Warning(
        MqttTrial.PresenceName, $"{visits} came and went; {seen} events arrived in the queue, and no {missing} event was seen",
        $"See whether the topic rule selects from $aws/events/presence/{missing}/+ too (terraform/modules/presence). {ReadersFix}");
}
