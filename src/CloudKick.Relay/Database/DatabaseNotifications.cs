using System.Collections.Concurrent;
using System.Collections.Immutable;
using Npgsql;

namespace CloudKick.Relay.Database;

/// <summary>
/// Hears PostgreSQL's notifications on one connection of its own and hands them out by channel. Notifications sent while there is no
/// connection are lost: a listener that remembers things must have a fallback, and may drop them in <c>resumed</c>.
/// Thread-safe.
/// </summary>
internal sealed partial class DatabaseNotifications(
    NpgsqlDataSource dataSource, KickConnections kicks, TimeProvider timeProvider, ILogger<DatabaseNotifications> logger) : BackgroundService
{
    /// <summary>An API key was changed or revoked; the payload is its id.</summary>
    public const string ApiKeyChanged = "api_key_changed";

    /// <summary>A watched kick became final; the payload is its UUID.</summary>
    public const string KickFinal = "kick_final";

    /// <summary>A TAS session was replaced by another; the payload is the older one's node, a space and its UUID.</summary>
    public const string TasSessionReplaced = "tas_session_replaced";

    private const string ListenToAll = $"listen {ApiKeyChanged}; listen {KickFinal}; listen {TasSessionReplaced}";
    private static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(1);

    // A link that is only half there is given up after these two and the 2 s that Npgsql leaves to a statement that it has cancelled. With it
    // Npgsql gives up every idle connection of the pool, which all others would find dead one by one, and so does this of those for kicks.
    private static readonly TimeSpan LivenessInterval = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LivenessTimeout = TimeSpan.FromSeconds(3);

    private readonly ConcurrentDictionary<string, ImmutableList<Listener>> _listeners = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _listening = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes when notifications are heard for the first time.</summary>
    public Task Listening => _listening.Task;

    /// <summary>
    /// Calls <paramref name="received"/> with the payload of each notification on the channel, one at a time, until disposed. It must
    /// be quick and must not throw. <paramref name="resumed"/> is called when they begin to be heard: at first, and when a lost connection is back.
    /// </summary>
    public IDisposable On(string channel, Action<string> received, Action? resumed = null)
    {
        var listener = new Listener(this, channel, received, resumed);
        _listeners.AddOrUpdate(channel, [listener], (_, others) => others.Add(listener));
        return listener;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogLost(logger, exception.Message);
                await Task.Delay(ReconnectDelay, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken stoppingToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(stoppingToken);
        connection.Notification += (_, notification) => Deliver(notification.Channel, notification.Payload);
        await using (var listen = connection.CreateCommand())
        {
            listen.CommandText = ListenToAll;
            await listen.ExecuteNonQueryAsync(stoppingToken);
        }

        Resume();
        _listening.TrySetResult();
        try
        {
            await HearAsync(connection, stoppingToken);
        }
        catch when (!stoppingToken.IsCancellationRequested)
        {
            kicks.Clear();
            throw;
        }
    }

    private static async Task HearAsync(NpgsqlConnection connection, CancellationToken stoppingToken)
    {
        while (true)
        {
            // A wait that hears nothing is followed by a question: a half-open connection must not look like silence.
            if (!await connection.WaitAsync(LivenessInterval, stoppingToken))
            {
                await using var ping = connection.CreateCommand();
                ping.CommandText = "select 1";
                ping.CommandTimeout = (int)LivenessTimeout.TotalSeconds;
                await ping.ExecuteScalarAsync(stoppingToken);
            }
        }
    }

    private void Deliver(string channel, string payload)
    {
        foreach (var listener in _listeners.GetValueOrDefault(channel, []))
            listener.Received(payload);
    }

    private void Resume()
    {
        foreach (var listener in _listeners.Values.SelectMany(listeners => listeners))
            listener.Resumed?.Invoke();
    }

    [LoggerMessage(4055, LogLevel.Warning, "Notifications from the database are interrupted, connecting again: {Reason}")]
    private static partial void LogLost(ILogger logger, string reason);

    private sealed record Listener(DatabaseNotifications Owner, string Channel, Action<string> Received, Action? Resumed) : IDisposable
    {
        public void Dispose() =>
            Owner._listeners.AddOrUpdate(Channel, [], (_, listeners) => listeners.Remove(this));
    }
}
