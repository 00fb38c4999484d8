using System.Globalization;
using CloudKick.AwsIot.Queues;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>Whether the presence queue is there, who looks after what cannot be read, and whether somebody reads it. Takes nothing out of it.</summary>
internal sealed class QueueCheck(IAmazonSQS queues, string queueUrl)
{
    public const string Name = "queue";
    public const string WhenSilent = "SQS does not answer: check the queue's address and its region, and whether a proxy is set in the environment.";

    private const string Waiting = "ApproximateNumberOfMessages";
    private const string UnderWay = "ApproximateNumberOfMessagesNotVisible";
    private const string Redrive = "RedrivePolicy";

    // The relay takes events as they come: more than this stands still.
    private const long Many = 1_000;

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var answer = await queues.GetQueueAttributesAsync(
                new GetQueueAttributesRequest { QueueUrl = queueUrl, AttributeNames = [Waiting, UnderWay, Redrive] }, cancellationToken);
            return Judge(answer.Attributes);
        }
        catch (QueueDoesNotExistException)
        {
            return Finding.Failed(Name, $"There is no queue {queueUrl} for these credentials", "Set CloudKick__Presence__QueueUrl to Terraform's output (relay_settings); terraform/modules/presence makes the queue.");
        }
        catch (Exception exception) when (AwsFault.Explains(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fault = AwsFault.Of(exception, "sqs:GetQueueAttributes on the presence queue", "Allow it for these credentials; for the relay's role terraform/modules/policies/role.tf does (statement PresenceQueue).");
            return Finding.Failed(Name, fault.Evidence, fault.Fix);
        }
    }

    /// <summary>What the queue's state means. Pure.</summary>
    public static Finding Judge(IReadOnlyDictionary<string, string> attributes)
    {
        var waiting = Number(attributes, Waiting);
        var underWay = Number(attributes, UnderWay);
        var evidence = string.Create(CultureInfo.InvariantCulture, $"The queue is there: {waiting} events wait, {underWay} are being taken");
        if (waiting > Many)
            return Finding.Warning(Name, evidence, "The relay does not keep up, or none reads this queue: is CloudKick__Presence__QueueUrl set there, and does its log tell of presence?");
        return attributes.ContainsKey(Redrive)
            ? Finding.Ok(Name, evidence)
            : Finding.Warning(Name, $"{evidence}; it has no dead letters", "An event that cannot be read comes again and again: terraform/modules/presence makes a queue for those.");
    }

    private static long Number(IReadOnlyDictionary<string, string> attributes, string name) =>
        attributes.TryGetValue(name, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
