using Microsoft.Extensions.Logging;

namespace CloudKick.LocalCloud;

/// <summary>One loop that looks every second at what is due: keep-alives, sessions' ends, delayed wills.</summary>
internal sealed class Housekeeping : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly PeriodicTimer _timer;
    private readonly Task _running;

    public Housekeeping(Broker broker, TimeProvider timeProvider, ILogger logger)
    {
        _timer = new PeriodicTimer(Interval, timeProvider);
        _running = RunAsync(broker, logger);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _running;
    }

    private async Task RunAsync(Broker broker, ILogger logger)
    {
        while (await _timer.WaitForNextTickAsync())
        {
            try
            {
                broker.Tick();
            }
            catch (Exception exception) // the loop's boundary: the next second must come
            {
                BrokerLog.HousekeepingFailed(logger, exception);
            }
        }
    }
}
