using System.Threading.Channels;

namespace CloudKick.Relay.Kicks.Events;

/// <summary>
/// Tells streams of this node that something happened to their kicks. A kick's end is announced by the database's notification; the
/// steps before are not, for most kicks are followed by nobody: one look a few times a second finds those of all kicks that are.
/// Thread-safe.
/// </summary>
internal sealed partial class KickPulse(KickEvents events, KickWatch watch, TimeProvider timeProvider, ILogger<KickPulse> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly Lock _lock = new();
    private readonly Dictionary<KickId, int> _followed = [];
    private readonly Channel<bool> _somebody = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Hears of everything that happens to a kick, until disposed.</summary>
    public KickSignal Follow(KickId kick)
    {
        lock (_lock)
            _followed[kick] = _followed.GetValueOrDefault(kick) + 1;
        _somebody.Writer.TryWrite(true);
        return watch.Join(kick, () => Leave(kick));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var seen = new Dictionary<KickId, long>();
        while (!stoppingToken.IsCancellationRequested)
        {
            var kicks = Followed();
            try
            {
                if (kicks.Length == 0)
                {
                    seen.Clear();
                    await _somebody.Reader.ReadAsync(stoppingToken);
                    continue;
                }

                var newest = await events.NewestAsync(kicks, stoppingToken);
                foreach (var (kick, _) in newest.Where(one => seen.GetValueOrDefault(one.Kick) != one.EventId))
                    watch.Announce(kick);
                seen = newest.ToDictionary(one => one.Kick, one => one.EventId);
            }
            // The boundary of the loop. Until it works, streams look for themselves every two seconds.
            catch (Exception exception) when (exception is not OperationCanceledException || !stoppingToken.IsCancellationRequested)
            {
                LogFailed(logger, exception.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            await Task.Delay(Interval, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private KickId[] Followed()
    {
        lock (_lock)
            return [.. _followed.Keys];
    }

    private void Leave(KickId kick)
    {
        lock (_lock)
        {
            if (--_followed[kick] == 0)
                _followed.Remove(kick);
        }
    }

    [LoggerMessage(4130, LogLevel.Warning, "Looking for news of followed kicks failed, trying again: {Reason}")]
    private static partial void LogFailed(ILogger logger, string reason);
}
