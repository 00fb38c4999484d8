using CloudKick.Faults.Histories;
using CloudKick.Mqtt;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Faults.Stage;

/// <summary>
/// Takes note of the kicks that a broker which is not ours has taken: a subscriber, past every fault. A broker does not tell who published,
/// and what it takes before the subscriber is back after an outage is not noted.
/// </summary>
internal sealed class BrokerWatch : IAsyncDisposable
{
    private readonly MqttClient _client;

    private BrokerWatch(MqttClient client) => _client = client;

    /// <summary>Subscribes to every terminal's topic.</summary>
    public static async Task<BrokerWatch> StartAsync(MosquittoBroker broker, History history, CancellationToken cancellationToken)
    {
        var watch = new BrokerWatch(new MqttClient(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint("127.0.0.1", broker.Port),
            ClientId = "watch",
            ReceiveMaximum = ushort.MaxValue,
            Reconnect = new MqttReconnectOptions { Maximum = TimeSpan.FromSeconds(1), Jitter = 0 },
            MessageReceived = (message, _) =>
            {
                history.Add("mosquitto", message);
                return ValueTask.CompletedTask;
            },
        }));
        try
        {
            await watch._client.ConnectAsync(cancellationToken);
            await watch._client.SubscribeAsync([new MqttSubscription("NL-CAT/+", MqttQualityOfService.AtLeastOnce)], cancellationToken);
            return watch;
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();
}
