using System.Threading.Channels;
using CloudKick.Testing;

namespace CloudKick.Mqtt.Tests.Client;

/// <summary>A client with its changes and messages in channels, on a clock of its own that does not jitter.</summary>
internal sealed class ClientUnderTest : IAsyncDisposable
{
    private readonly Channel<MqttConnectionChange> _changes = Channel.CreateUnbounded<MqttConnectionChange>();
    private readonly Channel<MqttMessage> _messages = Channel.CreateUnbounded<MqttMessage>();

    /// <param name="endpoint">The server.</param>
    /// <param name="configure">Changes the options; keep-alive is off unless it says otherwise.</param>
    public ClientUnderTest(MqttEndpoint endpoint, Func<MqttClientOptions, MqttClientOptions>? configure = null)
    {
        var options = new MqttClientOptions
        {
            Endpoint = endpoint,
            ClientId = "relay-a-1",
            KeepAlive = TimeSpan.Zero,
            MessageReceived = _messages.Writer.WriteAsync,
            ConnectionChanged = change => _changes.Writer.TryWrite(change),
        };
        Client = new MqttClient(configure is null ? options : configure(options), Clock, () => 0);
    }

    public ManualTimeProvider Clock { get; } = new();

    public MqttClient Client { get; }

    public ChannelReader<MqttMessage> Messages => _messages.Reader;

    /// <summary>Skips changes until the client is in that state.</summary>
    public async Task<MqttConnectionChange> WhenAsync(MqttClientState state, CancellationToken cancellationToken)
    {
        while (true)
        {
            var change = await _changes.Reader.ReadAsync(cancellationToken);
            if (change.State == state)
                return change;
        }
    }

    /// <summary>Lets the wait before the next attempt pass, once the client has begun it.</summary>
    public async Task PassWaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        await Clock.WaitForTimerAsync(wait, cancellationToken);
        Clock.Advance(wait);
    }

    public static MqttMessage Message(string text = "x", MqttQualityOfService qualityOfService = MqttQualityOfService.AtLeastOnce) => new()
    {
        Topic = "NL-CAT/NL000123",
        Payload = System.Text.Encoding.UTF8.GetBytes(text),
        QualityOfService = qualityOfService,
    };

    public ValueTask DisposeAsync() => Client.DisposeAsync();
}
