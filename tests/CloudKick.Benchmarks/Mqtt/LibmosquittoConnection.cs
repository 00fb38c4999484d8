using System.Runtime.InteropServices;
using System.Text;

namespace CloudKick.Benchmarks.Mqtt;

/// <summary>One connection of libmosquitto, for one thread.</summary>
internal sealed unsafe class LibmosquittoConnection : IDisposable
{
    private const int LoopMilliseconds = 100;
    private const int KeepAliveSeconds = 60;

    private readonly Target _target;
    private readonly GCHandle _self;
    private readonly nint _client;
    private readonly byte[] _topic = Encoding.UTF8.GetBytes(Target.Topic + '\0');
    private readonly byte[] _payload;
    private readonly long[] _starts = new long[ushort.MaxValue + 1];
    private RunMeter? _meter;
    private bool _connected;
    private int _underWay;
    private int _failure;

    public LibmosquittoConnection(Target target)
    {
        _target = target;
        _payload = target.Payload.ToArray();
        _self = GCHandle.Alloc(this);
        Libmosquitto.Check(Libmosquitto.Initialize());
        _client = Libmosquitto.New("libmosquitto", cleanSession: true, GCHandle.ToIntPtr(_self));
        if (_client == 0)
            throw new BenchmarkException("libmosquitto made no client");
    }

    /// <exception cref="BenchmarkException">There is no connection.</exception>
    public void Open(CancellationToken cancellationToken)
    {
        Libmosquitto.Check(Libmosquitto.SetOption(_client, Libmosquitto.OptionProtocolVersion, Libmosquitto.ProtocolVersion5));
        Libmosquitto.Check(Libmosquitto.SetOption(_client, Libmosquitto.OptionTcpNoDelay, 1));
        Libmosquitto.Check(Libmosquitto.SetOption(_client, Libmosquitto.OptionSendMaximum, _target.InFlight));
        Libmosquitto.Check(Libmosquitto.SetMaximumInFlight(_client, (uint)_target.InFlight));
        if (_target.Tls is { } tls)
            Libmosquitto.Check(Libmosquitto.SetTls(_client, tls.RootFile, null, tls.CertificateFile, tls.KeyFile, 0));
        Libmosquitto.SetConnectCallback(_client, &OnConnect);
        Libmosquitto.SetPublishCallback(_client, &OnPublish);
        Libmosquitto.Check(Libmosquitto.Connect(_client, Target.Host, _target.Port, KeepAliveSeconds));
        while (!_connected)
            Loop(cancellationToken);
    }

    /// <exception cref="BenchmarkException">The connection broke, or the broker refused a message.</exception>
    public PublishRun Publish(RunMeter meter, CancellationToken cancellationToken)
    {
        _meter = meter;
        for (var i = 0; i < _target.InFlight; i++)
            PublishNext();
        while (_underWay > 0)
            Loop(cancellationToken);
        return meter.ToRun();
    }

    public void Dispose()
    {
        _ = Libmosquitto.Disconnect(_client);
        Libmosquitto.Destroy(_client);
        _self.Free();
    }

    private void Loop(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Libmosquitto.Check(Libmosquitto.Loop(_client, LoopMilliseconds, maximumPackets: 1));
        Libmosquitto.Check(_failure);
    }

    private void PublishNext()
    {
        var start = _meter!.Now;
        fixed (byte* topic = _topic, payload = _payload)
        {
            var result = Libmosquitto.Publish(_client, out var messageId, topic, _payload.Length, payload, qualityOfService: 1, retain: 0);
            if (result != Libmosquitto.Success)
            {
                _failure = result;
                return;
            }
            _starts[messageId] = start;
        }
        _underWay++;
    }

    private void Acknowledged(int messageId)
    {
        _underWay--;
        if (_meter!.Acknowledged(_starts[messageId]))
            PublishNext();
    }

    [UnmanagedCallersOnly]
    private static void OnConnect(nint client, nint state, int result)
    {
        var connection = (LibmosquittoConnection)GCHandle.FromIntPtr(state).Target!;
        connection._failure = result;
        connection._connected = true;
    }

    [UnmanagedCallersOnly]
    private static void OnPublish(nint client, nint state, int messageId, int reasonCode, nint properties)
    {
        var connection = (LibmosquittoConnection)GCHandle.FromIntPtr(state).Target!;
        // From 0x80 on it is a refusal; 0x10 says that nobody has subscribed.
        if (reasonCode >= 0x80)
            connection._failure = reasonCode;
        connection.Acknowledged(messageId);
    }
}
