namespace CloudKick.Relay.Cloud;

/// <summary>A client that is made at its first use: a relay without settings for it starts all the same. Thread safe.</summary>
internal sealed class LazyClient<T>(Func<T> create) : IDisposable
    where T : class, IDisposable
{
    private readonly Lazy<T> _client = new(create);

    /// <summary>The client.</summary>
    public T Value => _client.Value;

    public void Dispose()
    {
        if (_client.IsValueCreated)
            _client.Value.Dispose();
    }
}
