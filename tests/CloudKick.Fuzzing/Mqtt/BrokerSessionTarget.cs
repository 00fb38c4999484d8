using System.Buffers;
using CloudKick.Fuzzing.Engine;
using CloudKick.LocalCloud;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>
/// LocalCloud's broker with up to three clients over connections in memory. Whatever they send: nothing but packets comes back, nothing
/// fails inside, every connection comes to its end, and once the sessions' time is over nothing is left of them.
/// </summary>
internal sealed class BrokerSessionTarget : IFuzzTarget
{
    private const int FixedAllocation = 4 * 1024 * 1024;
    private const int AllocationPerByte = 2_000;
    private static readonly TimeSpan SessionsEnd = TimeSpan.FromHours(2);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cloudkick-fuzzing-");
    private readonly CertificateAuthority _authority;
    private readonly List<Client> _clients = [];
    private readonly Client?[] _current = new Client?[SessionScript.MostClients];
    private readonly SingleThread _thread = new();
    private BrokerWorld _world = null!;

    public BrokerSessionTarget() => _authority = CertificateAuthority.Open(_directory.FullName);

    public string Name => "mqtt-session";

    public string Description => "sessions of LocalCloud's broker, up to three clients, over connections in memory";

    public int Cost => 1;

    public void Generate(FuzzRandom random, FuzzInput input) => SessionScript.Generate(random, input);

    public bool Take(FuzzInput input)
    {
        _world = new BrokerWorld(_authority);
        _clients.Clear();
        Array.Clear(_current);
        foreach (var part in input.Parts)
            _thread.RunUntilIdle(() => Play(part, input.Bytes.Slice(part.Start, part.Length)));
        var connected = _world.Broker.ConnectedClients;
        _thread.RunUntilIdle(() =>
        {
            foreach (var client in _clients)
                client.Connection.Close();
        });
        return connected > 0;
    }

    public void Check(FuzzInput input)
    {
        _world.Errors.ThrowIfAny();
        foreach (var client in _clients)
            client.Check();
        FuzzFault.Unless(_world.Broker.Connections().Length == 0, "A connection is over and the broker still has it.");
        _thread.RunUntilIdle(() =>
        {
            _world.Clock.Advance(SessionsEnd);
            _world.Broker.Tick();
        });
        _world.Errors.ThrowIfAny();
        foreach (var clientId in _clients.Select(client => client.Served.Identity.Client.ClientId).Distinct())
            FuzzFault.Unless(_world.Broker.FindSession(clientId) is null, $"The session of '{clientId}' outlives its time.");
    }

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    public ValueTask DisposeAsync()
    {
        _authority.Dispose();
        _directory.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private void Play(FuzzPart part, ReadOnlySpan<byte> bytes)
    {
        switch (part.Tag)
        {
            case SessionScript.TimePasses:
                _world.Clock.Advance(SessionScript.Time(bytes));
                _world.Broker.Tick();
                break;
            case >= SessionScript.Closes:
                _current[part.Tag - SessionScript.Closes]?.Connection.Close();
                _current[part.Tag - SessionScript.Closes] = null;
                break;
            default:
                (_current[part.Tag] ??= Connect()).Connection.Send(bytes);
                break;
        }
    }

    private Client Connect()
    {
        var client = new Client(_world);
        _clients.Add(client);
        return client;
    }

    private sealed class Client
    {
        private readonly Task _running;

        public Client(BrokerWorld world)
        {
            Served = world.Accept(Connection);
            _running = Served.RunAsync();
        }

        public MemoryConnection Connection { get; } = new();

        public ClientConnection Served { get; }

        public void Check()
        {
            FuzzFault.Unless(_running.IsCompletedSuccessfully, "The client is gone and its connection is still served.");
            var received = new ArrayBufferWriter<byte>();
            Connection.Receive(received);
            Connection.Release();
            BrokerOutput.Check(received.WrittenMemory, Served.Version, torn: false);
        }
    }
}
