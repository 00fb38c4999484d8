using CloudKick.Benchmarks.Stage;
using CloudKick.Mqtt;
using CloudKick.Testing;

namespace CloudKick.Benchmarks.Fleet;

/// <summary>One round: from the first publish until the last terminal has its message.</summary>
/// <param name="Broker">Whose.</param>
/// <param name="KicksPerSecond">Terminals by that time.</param>
/// <param name="CpuPerThousand">The broker's seconds of CPU per 1,000 kicks.</param>
internal sealed record FanOutRun(string Broker, double KicksPerSecond, double CpuPerThousand);

/// <summary>A broker with its terminals connected, and a few connections that publish, as a relay's.</summary>
internal sealed class FanOut : IAsyncDisposable
{
    // AWS takes 100 messages at once on a connection, and so does LocalCloud.
    private const int InFlight = 100;
    private const int Publishers = 4;
    private const int PayloadBytes = 250;

    private readonly string _name;
    private readonly int _processId;
    private readonly int _terminals;
    private readonly TerminalFleet _fleet;
    private readonly MqttClient[] _publishers;
    private int _rounds;

    private FanOut(string name, int processId, int terminals, TerminalFleet fleet, MqttClient[] publishers)
    {
        _name = name;
        _processId = processId;
        _terminals = terminals;
        _fleet = fleet;
        _publishers = publishers;
    }

    /// <param name="name">The broker's.</param>
    /// <param name="processId">The broker's.</param>
    /// <param name="port">Where it does TLS.</param>
    /// <param name="identities">See <see cref="Identities.Open"/>.</param>
    /// <param name="terminals">How many connect.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public static async Task<FanOut> StartAsync(string name, int processId, int port, string identities, int terminals, CancellationToken cancellationToken)
    {
        var fleet = await TerminalFleet.StartAsync(port, identities, terminals, processes: 1, cancellationToken);
        using var issuer = Identities.Open(identities);
        var publishers = Enumerable.Range(0, Publishers).Select(number => new MqttClient(new MqttClientOptions
        {
            Endpoint = issuer.Endpoint(port, "relay"),
            ClientId = $"relay-{number}",
            MaximumInFlight = InFlight,
            PublishTimeout = TimeSpan.FromMinutes(1),
        })).ToArray();
        var started = new FanOut(name, processId, terminals, fleet, publishers);
        try
        {
            foreach (var publisher in publishers)
                await publisher.ConnectAsync(cancellationToken);
            return started;
        }
        catch
        {
            await started.DisposeAsync();
            throw;
        }
    }

    public async Task<FanOutRun> RunAsync(CancellationToken cancellationToken)
    {
        var payload = new byte[PayloadBytes];
        var clock = TimeProvider.System;
        var cpu = ProcessUsage.CpuSeconds(_processId);
        var started = clock.GetTimestamp();
        var received = _fleet.ReceivedAsync(++_rounds, cancellationToken);
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, Publishers * InFlight).Select(index => PublishAsync(_publishers[index % Publishers])));
        await received;
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        return new FanOutRun(_name, _terminals / seconds, (ProcessUsage.CpuSeconds(_processId) - cpu) / _terminals * 1000);

        async Task PublishAsync(MqttClient publisher)
        {
            for (var number = Interlocked.Increment(ref next); number < _terminals; number = Interlocked.Increment(ref next))
            {
                var message = new MqttMessage
                {
                    Topic = FleetWorker.Topic(FleetWorker.Terminal(number)), Payload = payload, QualityOfService = MqttQualityOfService.AtLeastOnce,
                };
                if (await publisher.PublishAsync(message, cancellationToken) is var answer && answer.IsFailure())
                    throw new BenchmarkException($"{_name} refused a kick: {answer}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var publisher in _publishers)
            await publisher.DisposeAsync();
        await _fleet.DisposeAsync();
    }
}
