using System.Globalization;
using System.Threading.Channels;
using CloudKick.Mqtt;
using CloudKick.Relay.Cloud;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// The node's MQTT connections to the cloud: those that publish kicks, and those that take terminals' answers. They come back by
/// themselves, and are replaced one by one, each by a new one before the old one goes, when the relay's certificate is renewed. Thread-safe.
/// </summary>
internal sealed partial class MqttConnectionPool : BackgroundService
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    // As long as it has not come up with a new certificate, the connection with the old one serves on.
    private static readonly TimeSpan ReplaceTimeout = TimeSpan.FromSeconds(30);

    private readonly RelayMqttClients _clients;
    private readonly KickAnswers _answers;
    private readonly RelayCertificate _certificate;
    private readonly RelayMqttOptions _options;
    private readonly PublishingMetrics _metrics;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<MqttConnectionPool> _logger;
    private readonly MqttConnectionSlot[] _all;
    private readonly Channel<bool> _cameUp = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile string _lastCause = "connecting";
    private int _refusals;

    public MqttConnectionPool(
        RelayMqttClients clients, KickAnswers answers, RelayCertificate certificate, IOptions<RelayMqttOptions> options,
        IOptions<PublishingOptions> publishing, PublishingMetrics metrics, TimeProvider timeProvider, ILogger<MqttConnectionPool> logger)
    {
        _clients = clients;
        _answers = answers;
        _certificate = certificate;
        _options = options.Value;
        _metrics = metrics;
        _timeProvider = timeProvider;
        _logger = logger;
        var isConfigured = _options.Host.Length > 0;
        Publishing = [.. Slots(publishing.Value.UsesMqtt && isConfigured ? _options.Connections : 0, "")];
        var answering = _options.AnswerConnections ?? (_options.Connections + ((_options.Connections + 1) / 2));
        Answering = !isConfigured ? [] : answering == 0 && Publishing.Count > 0 ? Publishing : [.. Slots(Math.Max(1, answering), "a")];
        _all = [.. Publishing.Union(Answering)];
        metrics.Show(() => Publishing.Count(slot => slot.IsUp), () => Publishing.Sum(slot => slot.IsUp ? slot.Client.InFlight : 0));
    }

    /// <summary>The connections that publish kicks.</summary>
    public IReadOnlyList<MqttConnectionSlot> Publishing { get; }

    /// <summary>The connections that terminals' answers come in on.</summary>
    public IReadOnlyList<MqttConnectionSlot> Answering { get; }

    /// <summary>Has something to read when a connection came up since it was last read; for one reader.</summary>
    public ChannelReader<bool> CameUp => _cameUp.Reader;

    /// <summary>Why connections are not up, as far as is known.</summary>
    public string LastCause => _lastCause;

    /// <summary>Whether the cloud refuses the relay: each connection has been refused about twice, none has come up since, and nothing else was heard.</summary>
    public bool IsRefused => Volatile.Read(ref _refusals) >= 2 * Math.Max(1, _all.Length);

    /// <summary>What to look at when it does.</summary>
    public string RefusalAdvice =>
        $"is the relay's certificate active and attached to a policy that allows iot:Connect on client/{_options.ClientIdPrefix}-*?";

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = new CancellationTokenSource(StopTimeout, _timeProvider);
        await Task.WhenAll(_all.Select(slot => slot.Client.DisconnectAsync(patience.Token))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var slot in _all)
            await slot.Client.DisposeAsync();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var version = _certificate.Version;
        foreach (var slot in _all)
            slot.Client.Start();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                version = await _certificate.ChangedAsync(version, stoppingToken);
                foreach (var slot in _all)
                    await ReplaceAsync(slot, version, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private async Task ReplaceAsync(MqttConnectionSlot slot, int version, CancellationToken stoppingToken)
    {
        var old = slot.Client;
        if (!slot.IsUp)
        {
            // Its next attempt takes the new certificate anyway; perhaps that is what it needs.
            old.Reconnect();
            return;
        }
        // A client id of its own, since the same one would throw the old connection out with all that is under way on it.
        var cameUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var replacement = Client(slot, version, cameUp);
        replacement.Start();
        try
        {
            await cameUp.Task.WaitAsync(ReplaceTimeout, _timeProvider, stoppingToken);
            // Terminals' answers find nobody if the old one goes before. What is refused, AnswerSubscriptions asks for again.
            foreach (var subscriptions in old.Subscriptions.Chunk(AnswerSubscriptions.FiltersPerSubscribe))
                await replacement.SubscribeAsync(subscriptions, stoppingToken);
        }
        catch (Exception exception) when (exception is TimeoutException or MqttException)
        {
            LogNotReplaced(_logger, slot.Name, exception is MqttException ? exception.Message : _lastCause);
            await replacement.DisposeAsync();
            return;
        }
        catch
        {
            await replacement.DisposeAsync();
            throw;
        }
        slot.Client = replacement;
        _cameUp.Writer.TryWrite(true);
        // Waits for what is under way on it.
        await old.DisconnectAsync(stoppingToken);
        await old.DisposeAsync();
    }

    private IEnumerable<MqttConnectionSlot> Slots(int count, string prefix)
    {
        for (var number = 1; number <= count; number++)
        {
            var slot = new MqttConnectionSlot(
                prefix + number.ToString(CultureInfo.InvariantCulture),
                new MessageBudget(_options.MessagesPerSecond, _options.BytesPerSecond, _timeProvider), _options.MaximumInFlight, _timeProvider);
            slot.Client = Client(slot, version: 0, cameUp: null);
            yield return slot;
        }
    }

    private MqttClient Client(MqttConnectionSlot slot, int version, TaskCompletionSource? cameUp)
    {
        var suffix = version == 0 ? slot.Name : string.Create(CultureInfo.InvariantCulture, $"{slot.Name}-{version}");
        return _clients.Create(suffix, options => options with
        {
            MaximumInFlight = slot.MaximumInFlight,
            MessageReceived = (message, cancellationToken) =>
            {
                slot.Budget.Count(MqttConnectionSlot.Bytes(message));
                return _answers.ReceiveAsync(message, cancellationToken);
            },
            ConnectionChanged = change => Changed(suffix, change, cameUp),
        });
    }

    private void Changed(string name, MqttConnectionChange change, TaskCompletionSource? cameUp)
    {
        if (change.State is MqttClientState.Connected)
        {
            LogUp(_logger, name, _options.Host, _options.Port);
            cameUp?.TrySetResult();
            _cameUp.Writer.TryWrite(true);
            // Whatever kept the others out is over: they need not wait for their turn to try.
            if (Interlocked.Exchange(ref _refusals, 0) > _all.Length)
                Array.ForEach(_all, Hurry);
            return;
        }
        // That one begins to try does not say why none is up.
        if (change.State is not MqttClientState.Connecting)
            _lastCause = change.Cause;
        if (change.IsRefusal)
        {
            Interlocked.Increment(ref _refusals);
            _metrics.Refused("connect");
            LogRefused(_logger, name, _options.Host, _options.Port, change.Cause, RefusalAdvice);
        }
        // Beginning and ending in order are no news for an operator; a loss is.
        else if (change.State is MqttClientState.Connecting || change is { State: MqttClientState.Disconnected, Exception: null } or { ReasonCode: MqttReasonCode.Success })
            LogChange(_logger, name, _options.Host, _options.Port, change.State, change.Cause);
        else
        {
            Volatile.Write(ref _refusals, 0);
            LogDown(_logger, name, _options.Host, _options.Port, change.State, change.Cause);
        }
    }

    private static void Hurry(MqttConnectionSlot slot)
    {
        if (!slot.IsUp)
            slot.Client.Reconnect();
    }

    [LoggerMessage(4220, LogLevel.Information, "MQTT connection {Name} to {Host}:{Port} is up")]
    private static partial void LogUp(ILogger logger, string name, string host, int port);

    [LoggerMessage(4222, LogLevel.Information, "MQTT connection {Name} to {Host}:{Port} is {State}: {Cause}")]
    private static partial void LogChange(ILogger logger, string name, string host, int port, MqttClientState state, string cause);

    [LoggerMessage(4221, LogLevel.Warning, "MQTT connection {Name} to {Host}:{Port} is {State}: {Cause}")]
    private static partial void LogDown(ILogger logger, string name, string host, int port, MqttClientState state, string cause);

    [LoggerMessage(4224, LogLevel.Error, "MQTT connection {Name} to {Host}:{Port} is refused: {Cause}. Asking again comes less and less often. {Advice}")]
    private static partial void LogRefused(ILogger logger, string name, string host, int port, string cause, string advice);

    [LoggerMessage(4228, LogLevel.Error, "MQTT connection {Name} did not come about with the new certificate, so the old connection stays: {Cause}. Is the new certificate active, and has it the policy of the old one?")]
    private static partial void LogNotReplaced(ILogger logger, string name, string cause);
}
