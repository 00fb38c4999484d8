using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using CloudKick.Mqtt;

namespace CloudKick.Terminal;

/// <summary>
/// Thousands of simulated terminals in one process. They share what they are given: endpoint, certificates
/// and observer may be the same objects in all options. A terminal needs one socket to the cloud and one
/// more while it has a session. Thread-safe; one start, one disposal.
/// </summary>
public sealed class TerminalFleet : IAsyncDisposable
{
    private readonly IReadOnlyList<TerminalOptions> _options;
    private readonly FleetOptions _fleetOptions;
    private readonly TimeProvider _timeProvider;
    private readonly ConcurrentDictionary<string, SimulatedTerminal> _terminals = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<FleetFailure> _failures = [];

    /// <param name="terminals">The terminals; their ids must differ.</param>
    /// <param name="options">How they are brought up. Default: the defaults.</param>
    /// <param name="timeProvider">Their clock. Default: the system's.</param>
    /// <exception cref="ArgumentException">Two terminals have one id.</exception>
    public TerminalFleet(IEnumerable<TerminalOptions> terminals, FleetOptions? options = null, TimeProvider? timeProvider = null)
    {
        _options = [.. terminals];
        _fleetOptions = options ?? new FleetOptions();
        _timeProvider = timeProvider ?? TimeProvider.System;
        if (_options.GroupBy(terminal => terminal.TerminalId).FirstOrDefault(group => group.Count() > 1) is { } doubled)
            throw new ArgumentException($"Terminal {doubled.Key} is there more than once.", nameof(terminals));
    }

    /// <summary>Terminals that are started, connected or not.</summary>
    public int Count => _terminals.Count;

    /// <summary>Terminals that are connected to the cloud now. Looks at each.</summary>
    public int ConnectedCount => _terminals.Values.Count(terminal => terminal.IsConnected);

    /// <summary>Terminals that have a session at the TAS now. Looks at each.</summary>
    public int SessionCount => _terminals.Values.Count(terminal => terminal.HasSession);

    /// <summary>Finds a started terminal.</summary>
    public bool TryGet(string terminalId, [NotNullWhen(true)] out SimulatedTerminal? terminal) => _terminals.TryGetValue(terminalId, out terminal);

    /// <summary>Starts every terminal; returns when each is started or given up.</summary>
    /// <param name="progress">Told after every terminal, from several threads.</param>
    /// <param name="cancellationToken">Stops the start; what is started runs on until the disposal.</param>
    /// <returns>The terminals that could not be started, with the cause.</returns>
    public async Task<IReadOnlyList<FleetFailure>> StartAsync(IProgress<FleetProgress>? progress, CancellationToken cancellationToken)
    {
        string? lastFailure = null;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _fleetOptions.Concurrency, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(_options, parallel, async (options, token) =>
        {
            var attempt = 1;
            while (await TryStartAsync(options, token).ConfigureAwait(false) is { } cause)
            {
                lastFailure = $"{options.TerminalId}: {cause}";
                if (attempt++ == _fleetOptions.StartAttempts)
                {
                    _failures.Enqueue(new FleetFailure(options.TerminalId, cause));
                    break;
                }

                progress?.Report(new FleetProgress(_options.Count, _terminals.Count, _failures.Count, lastFailure));
                await Task.Delay(_fleetOptions.RetryAfter, _timeProvider, token).ConfigureAwait(false);
            }

            progress?.Report(new FleetProgress(_options.Count, _terminals.Count, _failures.Count, lastFailure));
        }).ConfigureAwait(false);

        return [.. _failures];
    }

    /// <summary>Stops one terminal in order, while the others go on. Not from within its observer, which it waits for.</summary>
    /// <returns>False when there is no such terminal, or it is stopped already.</returns>
    public async Task<bool> StopAsync(string terminalId)
    {
        if (!_terminals.TryRemove(terminalId, out var terminal))
            return false;
        await terminal.DisposeAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>Stops every terminal in order.</summary>
    public async ValueTask DisposeAsync()
    {
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = _fleetOptions.Concurrency };
        await Parallel.ForEachAsync(_terminals, parallel, async (entry, _) =>
        {
            if (_terminals.TryRemove(entry))
                await entry.Value.DisposeAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    /// <summary>Null when the terminal is started, or what went wrong.</summary>
    private async Task<string?> TryStartAsync(TerminalOptions options, CancellationToken cancellationToken)
    {
        var terminal = new SimulatedTerminal(options, _timeProvider);
        var started = false;
        try
        {
            await terminal.StartAsync(cancellationToken).ConfigureAwait(false);
            started = _terminals.TryAdd(options.TerminalId, terminal);
            return null;
        }
        catch (Exception exception) when (exception is MqttException or TerminalSubscriptionException)
        {
            return exception.Message;
        }
        finally
        {
            if (!started)
                await terminal.DisposeAsync().ConfigureAwait(false);
        }
    }
}
