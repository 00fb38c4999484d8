namespace CloudKick.Benchmarks.Kicks;

/// <summary>A relay under load.</summary>
internal interface IContestant : IAsyncDisposable
{
    string Name { get; }

    Uri Address { get; }

    int ProcessId { get; }

    /// <summary>Bytes allocated since its start; null when nobody knows.</summary>
    Task<long?> AllocatedAsync(CancellationToken cancellationToken);

    /// <summary>The kicks that it has accepted since <paramref name="since"/>, by PostgreSQL's clock; null when it keeps no record.</summary>
    Task<IReadOnlyList<Guid>?> AcceptedAsync(DateTime since, CancellationToken cancellationToken);
}
