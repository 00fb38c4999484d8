using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Health;

/// <summary>
/// Asks the checks, at most once a second however often it is asked: the endpoint is open to all and the checks cost a query.
/// Thread-safe.
/// </summary>
internal sealed class Readiness(HealthCheckService checks, TimeProvider timeProvider) : IDisposable
{
    private static readonly TimeSpan Memory = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _asking = new(1);
    private Answer? _last;

    public async Task<ReadyResponse> AskAsync(CancellationToken cancellationToken)
    {
        if (Fresh() is { } known)
            return known;
        await _asking.WaitAsync(cancellationToken);
        try
        {
            if (Fresh() is { } found)
                return found;
            var askedAt = timeProvider.GetTimestamp();
            var response = await CheckAsync();
            Volatile.Write(ref _last, new Answer(response, askedAt));
            return response;
        }
        finally
        {
            _asking.Release();
        }
    }

    public void Dispose() => _asking.Dispose();

    private ReadyResponse? Fresh() =>
        Volatile.Read(ref _last) is { } last && timeProvider.GetElapsedTime(last.AskedAt) < Memory ? last.Response : null;

    // Shared by all who wait for it, so none of them cancels it.
    private async Task<ReadyResponse> CheckAsync()
    {
        using var deadline = new CancellationTokenSource(Timeout, timeProvider);
        try
        {
            var report = await checks.CheckHealthAsync(check => check.Tags.Contains(HealthRegistration.Ready), deadline.Token);
            return new ReadyResponse(
                report.Status == HealthStatus.Unhealthy ? "not-ready" : "ready",
                report.Entries.ToDictionary(entry => entry.Key, entry => new CheckResponse(Word(entry.Value.Status), entry.Value.Description)));
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            return new ReadyResponse("not-ready", new Dictionary<string, CheckResponse> { ["checks"] = new("failed", "did not answer in time") });
        }
    }

    private static string Word(HealthStatus status) => status switch
    {
        HealthStatus.Healthy => "ok",
        HealthStatus.Degraded => "degraded",
        _ => "failed",
    };

    private sealed record Answer(ReadyResponse Response, long AskedAt);
}
