using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using CloudKick.Faults.Proxying;
using CloudKick.Mqtt;
using CloudKick.Testing;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>
/// The link to a broker dribbles and is reset after its first byte, its second, and so on to the last of a conversation: what the client says
/// of its publish is what happened.
/// </summary>
[Patience]
internal sealed class TornLinkTests
{
    private const int MoreThanAConversation = 1_000;
    private const string Topic = "torn";

    private readonly ConcurrentQueue<string> _arrived = [];
    private MosquittoBroker _broker = null!;
    private MqttClient _receiver = null!;
    private FaultProxy _link = null!;

    private enum Outcome
    {
        NotConnected,
        NotSent,
        Unknown,
        Acknowledged,
    }

    [SetUp]
    public async Task Connect()
    {
        _arrived.Clear();
        _broker = await MosquittoBroker.StartAsync();
        _link = new FaultProxy(0, null, new IPEndPoint(IPAddress.Loopback, _broker.Port));
        _receiver = new MqttClient(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint("127.0.0.1", _broker.Port),
            ClientId = "receiver",
            MessageReceived = (message, _) =>
            {
                _arrived.Enqueue(Encoding.ASCII.GetString(message.Payload.Span));
                return ValueTask.CompletedTask;
            },
        });
        await _receiver.ConnectAsync(CancellationToken.None);
        await _receiver.SubscribeAsync([new MqttSubscription(Topic, MqttQualityOfService.AtLeastOnce)], CancellationToken.None);
    }

    [TearDown]
    public async Task Disconnect()
    {
        await _receiver.DisposeAsync();
        await _link.DisposeAsync();
        await _broker.DisposeAsync();
    }

    [Test]
    public Task Link_that_is_torn_after_any_byte_to_the_broker_leaves_the_truth_about_the_publish(CancellationToken cancellationToken) =>
        TearAsync(_link.ToBackend, cancellationToken);

    [Test]
    public Task Link_that_is_torn_after_any_byte_from_the_broker_leaves_the_truth_about_the_publish(CancellationToken cancellationToken) =>
        TearAsync(_link.ToClient, cancellationToken);

    private async Task TearAsync(LinkControl way, CancellationToken cancellationToken)
    {
        var outcomes = new List<Outcome>();
        while (outcomes.LastOrDefault() != Outcome.Acknowledged && outcomes.Count < MoreThanAConversation)
        {
            way.Faults = new LinkFaults { SliceBytes = 1, ResetsAfterBytes = outcomes.Count };
            outcomes.Add(await PublishAsync(_link.Port, Written(outcomes.Count), cancellationToken));
        }
        // The broker takes one after the other: when this one is here, all before it are.
        await PublishAsync(_broker.Port, "last", cancellationToken);
        await Eventually.HoldsAsync(() => _arrived.Contains("last"), cancellationToken);

        TestContext.Progress.WriteLine(string.Join(", ", outcomes.CountBy(outcome => outcome).Select(count => $"{count.Value} {count.Key}")));
        Assert.That(outcomes[^1], Is.EqualTo(Outcome.Acknowledged), "the conversation has an end");
        Assert.That(outcomes, Does.Contain(Outcome.NotConnected).And.Contain(Outcome.Unknown), "it was torn before the publish and within");
        Assert.That(_arrived, Is.Unique);
        for (var bytes = 0; bytes < outcomes.Count; bytes++)
        {
            if (outcomes[bytes] != Outcome.Unknown)
                Assert.That(_arrived.Contains(Written(bytes)), Is.EqualTo(outcomes[bytes] == Outcome.Acknowledged), $"torn after {bytes} bytes: {outcomes[bytes]}");
        }
    }

    private static async Task<Outcome> PublishAsync(int port, string payload, CancellationToken cancellationToken)
    {
        await using var client = new MqttClient(new MqttClientOptions { Endpoint = new MqttEndpoint("127.0.0.1", port), ClientId = "sender" });
        try
        {
            await client.ConnectAsync(cancellationToken);
        }
        catch (MqttConnectException)
        {
            return Outcome.NotConnected;
        }
        try
        {
            await client.PublishAsync(
                new MqttMessage { Topic = Topic, Payload = Encoding.ASCII.GetBytes(payload), QualityOfService = MqttQualityOfService.AtLeastOnce }, cancellationToken);
            return Outcome.Acknowledged;
        }
        catch (MqttNotSentException)
        {
            return Outcome.NotSent;
        }
        catch (MqttOutcomeUnknownException)
        {
            return Outcome.Unknown;
        }
    }

    private static string Written(int bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
