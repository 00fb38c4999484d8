using System.Threading.Channels;
using CloudKick.Mqtt;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Publishing;

/// <summary>
/// Publishes kicks over a pool of MQTT connections, each kept within what AWS IoT Core lets one connection carry. Connections come back
/// by themselves; while none is up a kick is not sent, and said so at once. Thread-safe.
/// </summary>
internal sealed partial class MqttKickTransport : BackgroundService, IKickTransport
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(2);

    private readonly MqttConnectionSlot[] _slots;
    private readonly RelayMqttOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<MqttKickTransport> _logger;
    private readonly Channel<bool> _cameUp = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile string _lastCause = "connecting";

    public MqttKickTransport(
        RelayMqttClients clients, KickAnswers answers, IOptions<RelayMqttOptions> options, TimeProvider timeProvider, ILogger<MqttKickTransport> logger)
    {
        _options = options.Value;
        _timeProvider = timeProvider;
        _logger = logger;
        _slots = [.. Enumerable.Range(1, _options.Connections).Select(number => CreateSlot(clients, answers, number))];
    }

    public bool IsUp => Array.Exists(_slots, slot => slot.IsUp);

    public string Status
    {
        get
        {
            var up = _slots.Count(slot => slot.IsUp);
            return up == 0
                ? $"no MQTT connection to {_options.Host}:{_options.Port} is up: {_lastCause}"
                : $"{up} of {_slots.Length} MQTT connections to {_options.Host}:{_options.Port} are up";
        }
    }

    /// <summary>The pool's connections, for what else goes over them.</summary>
    public IReadOnlyList<MqttConnectionSlot> Slots => _slots;

    /// <summary>Has something to read when a connection came up since it was last read; for one reader.</summary>
    public ChannelReader<bool> CameUp => _cameUp.Reader;

    public async Task<AttemptResult> PublishAsync(MqttMessage message, TimeSpan remaining, TimeSpan timeout)
    {
        var started = _timeProvider.GetTimestamp();
        AttemptResult? last = null;
        // Least loaded first; the next one when a connection was lost before a byte had left.
        foreach (var slot in _slots.Where(slot => slot.IsUp).OrderBy(slot => slot.Budget.Delay).ThenBy(slot => slot.Client.InFlight))
        {
            var elapsed = _timeProvider.GetElapsedTime(started);
            if (elapsed >= timeout)
                break;
            last = await slot.TryPublishAsync(message, remaining - elapsed, timeout - elapsed, _timeProvider) ?? AtItsLimit;
            if (last is { Outcome: not AttemptOutcome.NotSent })
                return last.Value;
        }
        return last ?? new AttemptResult(AttemptOutcome.NotSent, Status);
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        using var patience = new CancellationTokenSource(StopTimeout, _timeProvider);
        await Task.WhenAll(_slots.Select(slot => slot.Client.DisconnectAsync(patience.Token)))
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var slot in _slots)
            await slot.Client.DisposeAsync();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var slot in _slots)
            slot.Client.Start();
        return Task.CompletedTask;
    }

    private AttemptResult AtItsLimit => new(
        AttemptOutcome.NotSent, $"all MQTT connections that are up carry their {_options.MessagesPerSecond} messages a second: add connections");

    private MqttConnectionSlot CreateSlot(RelayMqttClients clients, KickAnswers answers, int number)
    {
        var budget = new MessageBudget(_options.MessagesPerSecond, _timeProvider);
        var client = clients.Create(number.ToString(System.Globalization.CultureInfo.InvariantCulture), options => options with
        {
            MessageReceived = (message, cancellationToken) =>
            {
                budget.Count();
                return answers.ReceiveAsync(message, cancellationToken);
            },
            ConnectionChanged = change => Changed(number, change),
        });
        return new MqttConnectionSlot(client, budget);
    }

    private void Changed(int number, MqttConnectionChange change)
    {
        if (change.State is MqttClientState.Connected)
        {
            LogUp(_logger, number, _options.Host, _options.Port);
            _cameUp.Writer.TryWrite(true);
            return;
        }
        _lastCause = change.Cause;
        // Beginning and ending in order are no news for an operator; a loss is.
        if (change.State is MqttClientState.Connecting || change is { State: MqttClientState.Disconnected, Exception: null })
            LogChange(_logger, number, _options.Host, _options.Port, change.State, change.Cause);
        else
            LogDown(_logger, number, _options.Host, _options.Port, change.State, change.Cause);
    }

    [LoggerMessage(4220, LogLevel.Information, "MQTT connection {Number} to {Host}:{Port} is up")]
    private static partial void LogUp(ILogger logger, int number, string host, int port);

    [LoggerMessage(4222, LogLevel.Information, "MQTT connection {Number} to {Host}:{Port} is {State}: {Cause}")]
    private static partial void LogChange(ILogger logger, int number, string host, int port, MqttClientState state, string cause);

    [LoggerMessage(4221, LogLevel.Warning, "MQTT connection {Number} to {Host}:{Port} is {State}: {Cause}")]
    private static partial void LogDown(ILogger logger, int number, string host, int port, MqttClientState state, string cause);
}
