using System.Net;

namespace CloudKick.Tas;

/// <summary>Bounds the connections that are not admitted yet, in all and per address. Thread-safe.</summary>
internal sealed class PendingConnections(TasOptions options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<IPAddress, int> _byAddress = [];
    private int _count;

    /// <summary>Counts a connection in, or returns null when there are too many. Disposing counts it out.</summary>
    public IDisposable? TryEnter(EndPoint? remote)
    {
        var address = (remote as IPEndPoint)?.Address ?? IPAddress.None;
        lock (_lock)
        {
            var ofAddress = _byAddress.GetValueOrDefault(address);
            if (_count >= options.MaximumPending || ofAddress >= options.MaximumPendingPerAddress)
                return null;
            _count++;
            _byAddress[address] = ofAddress + 1;
        }

        return new Entry(this, address);
    }

    private void Leave(IPAddress address)
    {
        lock (_lock)
        {
            _count--;
            if (--_byAddress[address] == 0)
                _byAddress.Remove(address);
        }
    }

    private sealed class Entry(PendingConnections owner, IPAddress address) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0)
                owner.Leave(address);
        }
    }
}
