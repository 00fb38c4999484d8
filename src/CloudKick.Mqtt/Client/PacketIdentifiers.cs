namespace CloudKick.Mqtt.Client;

/// <summary>Which packet identifiers are in use; PUBLISH, SUBSCRIBE and UNSUBSCRIBE share them (MQTT-2.2.1-3, MQTT-2.2.1-4).</summary>
internal sealed class PacketIdentifiers
{
    private readonly Lock _gate = new();
    private readonly HashSet<ushort> _inUse = [];
    private ushort _last;

    /// <summary>The next free one; 0 when all 65,535 are in use.</summary>
    public ushort Take()
    {
        lock (_gate)
        {
            if (_inUse.Count == ushort.MaxValue)
                return 0;
            do
            {
                _last = _last == ushort.MaxValue ? (ushort)1 : (ushort)(_last + 1);
            }
            while (!_inUse.Add(_last));
            return _last;
        }
    }

    public void Return(ushort identifier)
    {
        lock (_gate)
            _inUse.Remove(identifier);
    }
}
