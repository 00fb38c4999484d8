using System.Net;

namespace CloudKick.LocalCloud;

/// <summary>
/// What AWS's GetConnection tells of a client: its connection, and for half an hour the one it had. Guarded by the broker.
/// </summary>
internal sealed class ConnectionRecords(TimeProvider timeProvider)
{
    private static readonly TimeSpan Memory = TimeSpan.FromMinutes(30);

    // A fleet that goes away at once is remembered; clients that come and go under ever new names are not, beyond this.
    private const int MaximumRecords = 100_000;

    private readonly Dictionary<string, ConnectionRecord> _byClient = [];
    private readonly Queue<(string ClientId, DateTimeOffset DisconnectedAt)> _disconnected = [];

    public void Connected(ConnectionRecord record) => _byClient[record.ClientId] = record with { ConnectedAt = timeProvider.GetUtcNow() };

    public void Disconnected(string clientId, CloseCause cause)
    {
        if (!_byClient.TryGetValue(clientId, out var record)) return;
        var now = timeProvider.GetUtcNow();
        _byClient[clientId] = record with { DisconnectedAt = now, DisconnectReason = cause.DisconnectReason };
        _disconnected.Enqueue((clientId, now));
        ForgetLongGone();
    }

    public ConnectionRecord? Find(string clientId) => _byClient.GetValueOrDefault(clientId);

    public void ForgetLongGone()
    {
        var limit = timeProvider.GetUtcNow() - Memory;
        while (_disconnected.TryPeek(out var oldest) && (oldest.DisconnectedAt <= limit || _disconnected.Count > MaximumRecords))
        {
            _disconnected.Dequeue();
            if (_byClient.TryGetValue(oldest.ClientId, out var record) && record.DisconnectedAt == oldest.DisconnectedAt) _byClient.Remove(oldest.ClientId);
        }
    }
}

/// <summary>One connection, from its CONNECT.</summary>
internal sealed record ConnectionRecord(
    string ClientId, string? ThingName, bool CleanSession, TimeSpan KeepAlive, TimeSpan SessionExpiry, IPEndPoint? Source, IPEndPoint? Target)
{
    public DateTimeOffset ConnectedAt { get; init; }

    public DateTimeOffset? DisconnectedAt { get; init; }

    public string? DisconnectReason { get; init; }
}
