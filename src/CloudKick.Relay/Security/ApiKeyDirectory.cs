using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Security;

/// <summary>
/// What this node knows of API keys, those that do not exist included: read from the database, trusted for
/// <see cref="SecurityOptions.KeyMemory"/>, forgotten at once when the database says that a key changed. What is in use is read again in good time,
/// so that nobody waits for a slow database to be told that it still holds. Bounded; thread-safe.
/// </summary>
internal sealed class ApiKeyDirectory(ApiKeyStore store, IOptions<SecurityOptions> options, TimeProvider timeProvider)
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly SecurityOptions _options = options.Value;

    /// <summary>Keys that are remembered at the moment.</summary>
    public int Remembered => _entries.Count;

    /// <summary>Whether asking for this key costs a query for something that may well not exist: the key was not seen lately.</summary>
    public bool IsNewcomer(string keyId) => !_entries.TryGetValue(keyId, out var entry) || (!IsFresh(entry) && !entry.Existed);

    /// <summary>The key, or null when there is none with this id.</summary>
    /// <exception cref="Npgsql.NpgsqlException">The database is not available, or did not answer in time; nothing old is answered instead.</exception>
    public async ValueTask<KnownKey?> FindAsync(string keyId, CancellationToken cancellationToken)
    {
        if (!_entries.TryGetValue(keyId, out var entry) || !IsFresh(entry))
            entry = Read(keyId, entry);
        else if (IsAgeing(entry) && entry.TryBeginRefresh())
            _ = RefreshAsync(keyId, entry);
        try
        {
            return await entry.Reading.WaitAsync(cancellationToken);
        }
        catch when (entry.Reading.IsFaulted)
        {
            // Only this entry: a later one may have succeeded.
            _entries.TryRemove(KeyValuePair.Create(keyId, entry));
            throw;
        }
    }

    public void Forget(string keyId) => _entries.TryRemove(keyId, out _);

    public void ForgetAll() => _entries.Clear();

    // The entry stands before the query starts: its age counts from there, a change announced meanwhile removes it, and all who ask
    // for the key at once share one query.
    private Entry Read(string keyId, Entry? stale)
    {
        if (stale is null)
            MakeRoom();
        var reading = new TaskCompletionSource<KnownKey?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var mine = new Entry(timeProvider.GetTimestamp(), reading.Task, stale is { Existed: true });
        var current = _entries.AddOrUpdate(keyId, mine, (_, existing) => IsFresh(existing) ? existing : mine);
        if (ReferenceEquals(current, mine))
            _ = CompleteAsync(keyId, reading);
        return current;
    }

    // A change that is announced meanwhile removes the entry, and then what was read is not kept. When reading fails, the entry stays as old as it is.
    private async Task RefreshAsync(string keyId, Entry current)
    {
        var reading = new TaskCompletionSource<KnownKey?>(TaskCreationOptions.RunContinuationsAsynchronously);
        var next = new Entry(timeProvider.GetTimestamp(), reading.Task, ExistedBefore: true);
        await CompleteAsync(keyId, reading);
        if (reading.Task.IsCompletedSuccessfully)
            _entries.TryUpdate(keyId, next, current);
    }

    private async Task CompleteAsync(string keyId, TaskCompletionSource<KnownKey?> reading)
    {
        try
        {
            // Shared by many requests, so none of them may cancel it.
            using var deadline = new CancellationTokenSource(_options.LookupTimeout, timeProvider);
            var row = await store.FindAsync(keyId, deadline.Token);
            reading.SetResult(row is null ? null : new KnownKey(row));
        }
        catch (OperationCanceledException late)
        {
            reading.SetException(new Npgsql.NpgsqlException("Reading an API key took too long.", new TimeoutException(late.Message, late)));
        }
        catch (Exception failure) // the boundary between the shared query and each request that waits for it, where it is thrown again
        {
            reading.SetException(failure);
        }

        // Seen, also when all who waited have left.
        _ = reading.Task.Exception;
    }

    private bool IsFresh(Entry entry) => timeProvider.GetElapsedTime(entry.ReadAt) < _options.KeyMemory;

    private bool IsAgeing(Entry entry) => timeProvider.GetElapsedTime(entry.ReadAt) > _options.KeyMemory / 2;

    private void MakeRoom()
    {
        if (_entries.Count < _options.MaximumRememberedKeys)
            return;
        foreach (var old in _entries)
        {
            if (!IsFresh(old.Value))
                _entries.TryRemove(old);
        }

        // All of them within seconds: somebody is guessing. Reading the real ones again costs a query each.
        if (_entries.Count >= _options.MaximumRememberedKeys)
            _entries.Clear();
    }

    private sealed record Entry(long ReadAt, Task<KnownKey?> Reading, bool ExistedBefore)
    {
        private int _refreshing;

        public bool Existed => Reading.IsCompletedSuccessfully ? Reading.Result is not null : ExistedBefore;

        /// <summary>True for the one that reads it again before it is too old; nobody does when there is no such key.</summary>
        public bool TryBeginRefresh() => Reading is { IsCompletedSuccessfully: true, Result: not null } && Interlocked.Exchange(ref _refreshing, 1) == 0;
    }
}
