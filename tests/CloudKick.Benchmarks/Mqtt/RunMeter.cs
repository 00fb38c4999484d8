using CloudKick.Benchmarks.Stage;
using CloudKick.Testing;

namespace CloudKick.Benchmarks.Mqtt;

/// <summary>
/// Counts acknowledgements between two moments: what was published before the first is warm-up, what is acknowledged after the second comes
/// too late. Callable by many threads.
/// </summary>
internal sealed class RunMeter
{
    private readonly TimeProvider _clock = TimeProvider.System;
    private readonly LatencyHistogram _latencies = new();
    private readonly int _brokerProcessId;
    private readonly long _from;
    private readonly long _until;
    private int _begun;
    private int _ended;
    private TimeSpan _cpu;
    private double _brokerCpu;
    private long _allocated;
    private long _endedAt;

    public RunMeter(int brokerProcessId, TimeSpan warmUp, TimeSpan duration)
    {
        _brokerProcessId = brokerProcessId;
        var now = _clock.GetTimestamp();
        _from = now + ToTicks(warmUp);
        _until = _from + ToTicks(duration);
    }

    /// <summary>The time by which a publish begins.</summary>
    public long Now => _clock.GetTimestamp();

    /// <summary>Takes an acknowledgement of what was published at <paramref name="start"/>; false when there is nothing more to do.</summary>
    public bool Acknowledged(long start)
    {
        var now = _clock.GetTimestamp();
        if (now < _from)
            return true;
        if (Interlocked.Exchange(ref _begun, 1) == 0)
        {
            _cpu = Environment.CpuUsage.TotalTime;
            _brokerCpu = ProcessUsage.CpuSeconds(_brokerProcessId);
            _allocated = GC.GetTotalAllocatedBytes();
        }
        if (now >= _until)
        {
            End(now);
            return false;
        }
        _latencies.Add(_clock.GetElapsedTime(start, now));
        return true;
    }

    public PublishRun ToRun() => new()
    {
        Messages = _latencies.Count,
        Seconds = _clock.GetElapsedTime(_from, _endedAt).TotalSeconds,
        P50 = _latencies.Percentile(0.50).TotalMilliseconds,
        P99 = _latencies.Percentile(0.99).TotalMilliseconds,
        CpuSeconds = _cpu.TotalSeconds,
        BrokerCpuSeconds = _brokerCpu,
        AllocatedBytes = _allocated,
    };

    private void End(long now)
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        _endedAt = now;
        _cpu = Environment.CpuUsage.TotalTime - _cpu;
        _brokerCpu = ProcessUsage.CpuSeconds(_brokerProcessId) - _brokerCpu;
        _allocated = GC.GetTotalAllocatedBytes() - _allocated;
    }

    private long ToTicks(TimeSpan time) => (long)(time.TotalSeconds * _clock.TimestampFrequency);
}
