using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Security;

/// <summary>
/// Writes down when keys were last used, now and then and when the node stops. What a failing database does not take is kept for the
/// next time; there is at most one moment for each valid key.
/// </summary>
internal sealed partial class ApiKeyUse(
    ApiKeyStore store, IOptions<SecurityOptions> options, TimeProvider timeProvider, ILogger<ApiKeyUse> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _usedAt = new(StringComparer.Ordinal);

    /// <summary>Notes a use; cheap.</summary>
    public void Record(string keyId, DateTimeOffset at) => _usedAt[keyId] = at;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await Task.Delay(options.Value.LastUseInterval, timeProvider, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WriteAsync();
        }
    }

    private async Task WriteAsync()
    {
        // In one order on every node, so that two of them do not wait for each other's rows.
        var uses = _usedAt.OrderBy(use => use.Key, StringComparer.Ordinal).ToArray();
        if (uses.Length == 0)
            return;
        try
        {
            using var deadline = new CancellationTokenSource(options.Value.LookupTimeout, timeProvider);
            await store.RecordUseAsync([.. uses.Select(use => use.Key)], [.. uses.Select(use => use.Value.UtcDateTime)], deadline.Token);
        }
        catch (Exception failure) // the loop's boundary: when a key was last used is not worth a node
        {
            NotWritten(logger, uses.Length, failure);
            return;
        }

        foreach (var use in uses)
            _usedAt.TryRemove(use); // not when it was used again meanwhile
    }

    [LoggerMessage(4400, LogLevel.Warning, "The last use of {Keys} API keys could not be written down; the next attempt includes them")]
    private static partial void NotWritten(ILogger logger, int keys, Exception failure);
}
