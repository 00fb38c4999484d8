using System.Globalization;
using System.Net.Sockets;
using System.Text;
using CloudKick.Benchmarks.Stage;
using CloudKick.Testing.Mosquitto;
using Npgsql;

namespace CloudKick.Benchmarks.Kicks;

/// <summary>Our relay, as a process of its own with its usual settings; only what AWS would limit is lifted.</summary>
internal sealed class RelayContestant : IContestant
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;
    private readonly BenchmarkDatabase _database;
    private readonly string _socket;

    private RelayContestant(ChildProcess process, BenchmarkDatabase database, string socket, Uri address)
    {
        _process = process;
        _database = database;
        _socket = socket;
        Address = address;
    }

    public string Name => "relay";

    public Uri Address { get; }

    public int ProcessId => _process.Id;

    public static async Task<RelayContestant> StartAsync(BenchmarkDatabase database, MosquittoBroker broker, CancellationToken cancellationToken)
    {
        var port = FreePort.Find();
        var socket = Path.Combine(Path.GetTempPath(), $"cloudkick-benchmark-{Environment.ProcessId}-{port}.socket");
        var environment = new Dictionary<string, string>
        {
            ["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location,
            [StartupHook.SocketVariable] = socket,
            ["ConnectionStrings__CloudKick"] = database.Relay,
            ["CloudKick__Http__Address"] = "127.0.0.1",
            ["CloudKick__Http__Port"] = Text(port),
            ["CloudKick__Tas__Address"] = "127.0.0.1",
            ["CloudKick__Tas__Port"] = "0",
            ["CloudKick__Mqtt__Host"] = "127.0.0.1",
            ["CloudKick__Mqtt__Port"] = Text(broker.Port),
            ["CloudKick__Mqtt__Tls"] = "false",
            ["CloudKick__Mqtt__MessagesPerSecond"] = "0",
            ["CloudKick__Mqtt__BytesPerSecond"] = "0",
            ["CloudKick__RateLimits__Key__PerMinute"] = "1000000",
            ["CloudKick__RateLimits__Key__Burst"] = "100000",
        };
        var process = ChildProcess.Start("dotnet", [Path.Combine(AppContext.BaseDirectory, "CloudKick.Relay.dll")], environment);
        var relay = new RelayContestant(process, database, socket, new Uri($"http://127.0.0.1:{Text(port)}/"));
        try
        {
            await process.WaitForAsync(new Uri(relay.Address, "health/ready"), StartTimeout, cancellationToken);
            return relay;
        }
        catch
        {
            await relay.DisposeAsync();
            throw;
        }
    }

    public async Task<long?> AllocatedAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socket), cancellationToken);
        await using var stream = new NetworkStream(socket);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        var answer = await reader.ReadToEndAsync(cancellationToken);
        return long.Parse(answer.Split(' ')[0], CultureInfo.InvariantCulture);
    }

    public async Task<IReadOnlyList<Guid>?> AcceptedAsync(DateTime since, CancellationToken cancellationToken)
    {
        await using var command = _database.Superuser.CreateCommand(
            "select kick_id from kicks where kick_id >= first_kick_id_of($1::date) and accepted_at >= $1");
        command.Parameters.Add(new NpgsqlParameter<DateTime> { TypedValue = since });
        var kicks = new List<Guid>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            kicks.Add(reader.GetGuid(0));
        return kicks;
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        File.Delete(_socket);
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
