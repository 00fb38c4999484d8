using System.Globalization;
using CloudKick.AwsIot.Data;
using CloudKick.Cli.Doctor.Network;
using CloudKick.Mqtt;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>
/// Whether the relay may send direct messages, and whether their confirmation comes back: to a visitor of the doctor's own, and without a
/// certificate for one to nobody, which the cloud answers with "not connected" when it is allowed.
/// </summary>
/// <param name="target">The cloud.</param>
/// <param name="who">Who sends, for people.</param>
/// <param name="grant">Where the permission is granted.</param>
/// <param name="timeProvider">How long it takes.</param>
internal sealed class DirectMessageCheck(CloudTarget target, string who, string grant, TimeProvider timeProvider)
{
    public const string Name = "direct";

    // What AWS takes.
    private const int LongestConfirmation = 15;

    private readonly string _visitor = target.Network.ClientId + "-receiver";

    // Half of the check's time: the other half is for connecting, and for the answer to come back.
    private readonly int _confirmWithinSeconds = (int)Math.Clamp(target.Timeout.TotalSeconds / 2, 1, LongestConfirmation);

    public string WhenSilent => $"The data API does not answer: see `cloudkick doctor network --endpoint {target.Network.Endpoint}`.";

    /// <param name="data">The data API, with the credentials or the certificate that the relay uses.</param>
    /// <param name="topic">One that the relay may send to, and receive on.</param>
    /// <param name="cancellationToken">Ends the check.</param>
    public async Task<Finding> LookAsync(IAmazonIotData data, string topic, CancellationToken cancellationToken)
    {
        if (target.Network.Certificate is null)
            return await SendAsync(data, topic, isThere: false, cancellationToken);
        await using var visitor = new TrialClient(target.Network, _visitor);
        try
        {
            await visitor.Client.ConnectAsync(cancellationToken);
        }
        catch (MqttConnectException exception)
        {
            var (evidence, fix) = MqttRefusal.Explain(exception, _visitor, certificateIsTaken: true);
            return Finding.Failed(Name, evidence, fix);
        }
        return await SendAsync(data, topic, isThere: true, cancellationToken);
    }

    private async Task<Finding> SendAsync(IAmazonIotData data, string topic, bool isThere, CancellationToken cancellationToken)
    {
        var started = timeProvider.GetTimestamp();
        try
        {
            using var payload = new MemoryStream("{}"u8.ToArray());
            await data.SendDirectMessageAsync(
                new SendDirectMessageRequest { ClientId = _visitor, Topic = topic, Confirmation = true, Timeout = _confirmWithinSeconds, Payload = payload }, cancellationToken);
            var took = timeProvider.GetElapsedTime(started).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
            return Finding.Ok(Name, $"{_visitor} confirmed a direct message of {who} within {took} ms");
        }
        catch (ResourceNotFoundException) when (!isThere)
        {
            return Finding.Ok(Name, $"The cloud would take a direct message of {who}; there is nobody to confirm one (--cert)");
        }
        catch (ResourceNotFoundException exception)
        {
            return Finding.Failed(
                Name, $"{_visitor} is connected, and AWS does not find it ({exception.Message.TrimEnd('.')})",
                "The data API is another account's or region's than the broker: check CloudKick__Aws__DataEndpoint and --region.");
        }
        catch (GatewayTimeoutException)
        {
            return Finding.Failed(
                Name, $"The cloud took a direct message of {who}, and {_visitor} did not confirm it within {_confirmWithinSeconds} s",
                "Messages reach this machine late or not at all: see `cloudkick doctor network`, and try again.");
        }
        // AWS names the receiver when its policy is the one that forbids.
        catch (ForbiddenException exception) when (exception.Message.Contains(_visitor, StringComparison.Ordinal))
        {
            return Finding.Failed(
                Name, $"{_visitor} may not receive it ({exception.Message.TrimEnd('.')})",
                $"Give the certificate iot:Receive on topic/{target.Topic}/*/ack. Terminals need it on their own topics: terraform/modules/iot has both policies.");
        }
        catch (Exception exception) when (AwsFault.Explains(exception))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var fault = AwsFault.Of(exception, $"iot:SendDirectMessage on client/* where iot:Topic is {target.Topic}/*", grant);
            return Finding.Failed(Name, fault.Evidence, fault.Fix);
        }
    }
}
