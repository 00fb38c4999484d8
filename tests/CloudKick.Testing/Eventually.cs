using System.Diagnostics;

namespace CloudKick.Testing;

/// <summary>Waits for what another thread or process will make true.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Reads until the value is the one expected; the test's own timeout ends it.</summary>
    public static Task BecomesAsync<T>(Func<Task<T>> read, T expected, CancellationToken cancellationToken) =>
        HoldsAsync(read, value => EqualityComparer<T>.Default.Equals(value, expected), cancellationToken);

    /// <summary>Looks until the condition holds; the test's own timeout ends it.</summary>
    public static Task HoldsAsync(Func<bool> condition, CancellationToken cancellationToken) =>
        BecomesAsync(() => Task.FromResult(condition()), true, cancellationToken);

    /// <summary>Reads until the condition holds and returns the value; the test's own timeout ends it, and the last value is told.</summary>
    public static async Task<T> HoldsAsync<T>(Func<Task<T>> read, Func<T, bool> condition, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(condition);
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var value = await read();
            if (condition(value))
                return value;
            try
            {
                await Task.Delay(Pause, cancellationToken);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"After {Stopwatch.GetElapsedTime(started).TotalSeconds:0} s it still was {value}.");
            }
        }
    }
}
