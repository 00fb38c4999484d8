using System.Globalization;
using System.Text.Json;
using CloudKick.Cli.Doctor.Network;
using CloudKick.Mqtt;

namespace CloudKick.Cli.Doctor.Cloud;

/// <summary>What the relay's certificate may do over MQTT: connect, publish to terminals, follow presence. One connection for all of it.</summary>
internal sealed class MqttTrial : IAsyncDisposable
{
    public const string ConnectName = "mqtt";
    public const string PublishName = "publish-mqtt";
    public const string PresenceName = "presence";
    public const string WhenSilent = "The connection is there and nothing comes back: try again; if it stays, see `cloudkick doctor network`.";

    private const string PolicyOf = "terraform/modules/iot attaches the relay's policy (aws_iot_policy.relay) to its certificate";
    private const string ConnectedTopics = "$aws/events/presence/connected/";
    private const string DisconnectedTopics = "$aws/events/presence/disconnected/";
    private const uint ExpiresAfterSeconds = 1;

    private static readonly TimeSpan EventPatience = TimeSpan.FromSeconds(5);

    private readonly CloudTarget _target;
    private readonly TimeProvider _timeProvider;
    private readonly string _clientId;
    private readonly string _visitorId;
    private readonly TrialClient _client;

    public MqttTrial(CloudTarget target, TimeProvider timeProvider)
    {
        (_target, _timeProvider) = (target, timeProvider);
        _clientId = target.Network.ClientId;
        _visitorId = _clientId + "-visitor";
        // Events of all clients come: a busy account has many.
        _client = new TrialClient(target.Network, _clientId, message => message.Topic.EndsWith("/" + _visitorId, StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    public async Task<Finding> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _client.Client.ConnectAsync(cancellationToken);
            return Finding.Ok(ConnectName, $"The cloud takes the relay's certificate as client {_clientId}");
        }
        catch (MqttConnectException exception)
        {
            bool? taken = exception.Failure == MqttConnectFailure.ClosedBeforeConnAck ? await CertificateProbe.IsTakenAsync(_target.Network, cancellationToken) : null;
            var (evidence, fix) = MqttRefusal.Explain(exception, _clientId, taken);
            return Finding.Failed(ConnectName, evidence, fix);
        }
    }

    public async Task<Finding> PublishAsync(string topic, CancellationToken cancellationToken)
    {
        var fix = $"Give the certificate iot:Publish on topic/{_target.Topic}/*: {PolicyOf}; {_target.Topic} must be among its subscription_topics. AWS follows a change after some minutes.";
        try
        {
            var publishing = _client.Client.PublishAsync(
                new MqttMessage { Topic = topic, QualityOfService = MqttQualityOfService.AtLeastOnce, MessageExpiryInterval = ExpiresAfterSeconds, Payload = "{}"u8.ToArray() },
                cancellationToken);
            var reason = await publishing;
            return reason.IsFailure()
                ? Finding.Failed(PublishName, $"Refused: {reason.Describe()} for {topic}", fix)
                : Finding.Ok(PublishName, $"The cloud takes a message to {topic}, which no terminal has");
        }
        catch (MqttException) when (_client.Lost is { IsCompletedSuccessfully: true } lost)
        {
            return Finding.Failed(PublishName, $"The connection ends at a message to {topic}, which is how AWS refuses: {lost.Result.Cause}", fix);
        }
        catch (MqttException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return Finding.Failed(PublishName, exception.Message, WhenSilent);
        }
    }

    /// <summary>Subscribes as the relay does, and has a visitor come and go.</summary>
    public async Task<Finding> FollowPresenceAsync(CancellationToken cancellationToken)
    {
        try
        {
            var reasons = await _client.Client.SubscribeAsync(
                [new(ConnectedTopics + "+", MqttQualityOfService.AtLeastOnce), new(DisconnectedTopics + "+", MqttQualityOfService.AtLeastOnce)], cancellationToken);
            if (reasons.Any(reason => reason.IsFailure()))
                return Finding.Failed(PresenceName, $"The subscription is refused ({string.Join(", ", reasons.Select(reason => reason.Describe()))})", SubscribeFix);
        }
        catch (MqttException exception)
        {
            return Finding.Failed(PresenceName, $"The subscription does not come about: {exception.Message}", SubscribeFix);
        }

        var started = _timeProvider.GetTimestamp();
        await using (var visitor = new TrialClient(_target.Network, _visitorId))
        {
            try
            {
                await visitor.Client.ConnectAsync(cancellationToken);
            }
            catch (MqttConnectException exception)
            {
                var (evidence, fix) = MqttRefusal.Explain(exception, _visitorId, certificateIsTaken: true);
                return Finding.Failed(PresenceName, evidence, fix);
            }
            if (await EventAsync(ConnectedTopics, cancellationToken) is null)
                return Missing("connected");
            await visitor.Client.DisconnectAsync(cancellationToken);
        }
        if (await EventAsync(DisconnectedTopics, cancellationToken) is not { } left)
            return Missing("disconnected");
        var took = _timeProvider.GetElapsedTime(started).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);
        return Finding.Ok(PresenceName, $"{_visitorId} came and went, and both events arrived within {took} ms ({ReasonOf(left)})");
    }

    private static string SubscribeFix =>
        $"Give the certificate iot:Subscribe on topicfilter/{ConnectedTopics}+ and {DisconnectedTopics}+: {PolicyOf}, with presence_over_mqtt. Without presence a kick does not know that a terminal is offline.";

    private Finding Missing(string which) => Finding.Failed(
        PresenceName, $"The subscription is granted, and no {which} event of {_visitorId} came within {EventPatience.TotalSeconds:0} s",
        $"Give the certificate iot:Receive on topic/$aws/events/presence/{which}/*: {PolicyOf}. AWS follows a change after some minutes.");

    private async Task<MqttMessage?> EventAsync(string topics, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(EventPatience < _target.Timeout / 2 ? EventPatience : _target.Timeout / 2);
        try
        {
            while (true)
            {
                var message = await _client.Messages.ReadAsync(patience.Token);
                if (message.Topic.StartsWith(topics, StringComparison.Ordinal))
                    return message;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private static string ReasonOf(MqttMessage left)
    {
        try
        {
            using var document = JsonDocument.Parse(left.Payload);
            return document.RootElement.TryGetProperty("disconnectReason", out var reason) && reason.ValueKind == JsonValueKind.String ? reason.GetString()! : "no reason told";
        }
        catch (JsonException)
        {
            return "not in JSON";
        }
    }
}
