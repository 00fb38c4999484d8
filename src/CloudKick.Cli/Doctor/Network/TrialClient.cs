using System.Threading.Channels;
using CloudKick.Mqtt;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>An MQTT connection made to look at: tells when it is lost, and keeps what comes.</summary>
internal sealed class TrialClient : IAsyncDisposable
{
    private const int MaximumMessages = 256;

    // The check's time ends before this; what it would say is said by the check.
    private static readonly TimeSpan LongerThanAnyCheck = TimeSpan.FromMinutes(10);

    private readonly TaskCompletionSource<MqttConnectionChange> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Channel<MqttMessage> _messages =
        Channel.CreateBounded<MqttMessage>(new BoundedChannelOptions(MaximumMessages) { FullMode = BoundedChannelFullMode.DropOldest });

    private readonly Func<MqttMessage, bool> _wanted;
    private bool _connected;

    /// <param name="target">Where to, and who to be.</param>
    /// <param name="clientId">The client id to be it with.</param>
    /// <param name="wanted">Which messages to keep; the oldest go when there are too many.</param>
    public TrialClient(NetworkTarget target, string clientId, Func<MqttMessage, bool>? wanted = null)
    {
        _wanted = wanted ?? (_ => false);
        Client = new MqttClient(new MqttClientOptions
        {
            Endpoint = new MqttEndpoint(target.Host, target.Port)
            {
                Tls = new MqttTlsOptions
                {
                    ApplicationProtocols = target.Alpn.Length == 0 ? [] : [target.Alpn],
                    ClientCertificate = target.Certificate,
                    ClientCertificateChain = target.Intermediates,
                    TrustedRoots = target.Roots,
                },
            },
            ClientId = clientId,
            ConnectTimeout = LongerThanAnyCheck,
            PublishTimeout = LongerThanAnyCheck,
            SubscribeTimeout = LongerThanAnyCheck,
            MessageReceived = Take,
            ConnectionChanged = Changed,
        });
    }

    public MqttClient Client { get; }

    /// <summary>Ends when a connection that was there is lost, with why.</summary>
    public Task<MqttConnectionChange> Lost => _lost.Task;

    /// <summary>What came and was wanted.</summary>
    public ChannelReader<MqttMessage> Messages => _messages.Reader;

    public ValueTask DisposeAsync() => Client.DisposeAsync();

    private ValueTask Take(MqttMessage message, CancellationToken cancellationToken)
    {
        if (_wanted(message))
            _messages.Writer.TryWrite(message);
        return ValueTask.CompletedTask;
    }

    private void Changed(MqttConnectionChange change)
    {
        if (change.State == MqttClientState.Connected)
            _connected = true;
        else if (_connected)
            _lost.TrySetResult(change);
    }
}
