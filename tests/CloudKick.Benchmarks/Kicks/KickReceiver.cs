using System.Globalization;
using CloudKick.Mqtt;
using CloudKick.Relay.Kicks;
using CloudKick.Testing.Mosquitto;

namespace CloudKick.Benchmarks.Kicks;

/// <summary>Receives what is published to all terminals and remembers each kick's id. Thread-safe.</summary>
internal sealed class KickReceiver : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<Guid> _kicks = [];
    private readonly MqttClient _client;
    private int _doubled;

    public KickReceiver(MosquittoBroker broker) => _client = new MqttClient(new MqttClientOptions
    {
        Endpoint = new MqttEndpoint("127.0.0.1", broker.Port),
        ClientId = "receiver",
        ReceiveMaximum = ushort.MaxValue,
        MessageReceived = (message, _) =>
        {
            Remember(message);
            return ValueTask.CompletedTask;
        },
    });

    /// <summary>How many different kicks came since <see cref="Clear"/>.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _kicks.Count;
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await _client.ConnectAsync(cancellationToken);
        // QoS 0 from the broker to here: over loopback nothing is lost, and acknowledging would take a share of the machine.
        await _client.SubscribeAsync([new MqttSubscription("NL-CAT/+", MqttQualityOfService.AtMostOnce)], cancellationToken);
    }

    public void Clear()
    {
        lock (_lock)
        {
            _kicks.Clear();
            _doubled = 0;
        }
    }

    /// <summary>The kicks that came, and how many messages were of a kick that had come before.</summary>
    /// <exception cref="BenchmarkException">Not all that the broker sent was taken here, so nothing is known.</exception>
    public (IReadOnlySet<Guid> Kicks, int Doubled) Read()
    {
        if (_client.DroppedMessages > 0)
            throw new BenchmarkException(string.Create(CultureInfo.InvariantCulture, $"The receiver was too slow for {_client.DroppedMessages} messages."));
        lock (_lock)
            return (_kicks.ToHashSet(), _doubled);
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    private void Remember(MqttMessage message)
    {
        Span<char> id = stackalloc char[64];
        var written = System.Text.Encoding.ASCII.GetChars(message.CorrelationData!.Value.Span, id);
        var kick = KickId.TryParse(id[..written], null, out var ours) ? ours.Value : Guid.Parse(id[..written]);
        lock (_lock)
        {
            if (!_kicks.Add(kick))
                _doubled++;
        }
    }
}
