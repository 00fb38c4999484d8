using System.Globalization;
using System.Net;
using CloudKick.Cli.Local;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Judging;
using CloudKick.Faults.Proxying;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using CloudKick.Terminal;
using CloudKick.Testing;
using Dapper;
using Npgsql;

namespace CloudKick.Faults.Stage;

/// <summary>
/// All that a kick passes on its way, with a link that can be made bad between any two: relay nodes as processes, PostgreSQL, LocalCloud,
/// terminals, and a till; and the history of what each of them saw.
/// </summary>
public sealed class World : IAsyncDisposable
{
    // A pool would hand out connections that died with the server.
    private const string NoPool = ";Pooling=false";

    private static readonly TimeSpan EndSlack = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan EndInterval = TimeSpan.FromMilliseconds(100);

    private readonly WorldOptions _options;
    private readonly string _directory;
    private NpgsqlDataSource _superuser;
    private readonly List<TerminalFleet> _fleets = [];
    private BrokerWatch? _watch;

    private World(WorldOptions options, TestDatabase database, LocalCloudServer cloud, string directory, Guid merchant, string token)
    {
        _options = options;
        _directory = directory;
        _superuser = NpgsqlDataSource.Create(database.SuperuserConnectionString + NoPool);
        Database = database;
        Cloud = cloud;
        Merchant = merchant;
        Token = token;
        Random = new Random(options.Seed);
        History = new History(TimeProvider.System);
        cloud.Control.PublishAccepted = History.Add;
        var seeds = Random.Next();
        var broker = new IPEndPoint(IPAddress.Loopback, options.Mosquitto?.Port ?? cloud.Port);
        BrokerLink = new FaultProxy(seeds, null, broker);
        TerminalLink = new FaultProxy(seeds + 3, null, broker);
        DatabaseLink = new FaultProxy(seeds + 1, null, DatabaseAddress(database.ServiceConnectionString));
        TasLink = new FaultProxy(seeds + 2);
        Terminals = [.. Enumerable.Range(1, options.Terminals).Select(i => string.Create(CultureInfo.InvariantCulture, $"NL{i:D6}"))];
    }

    /// <summary>The seed's numbers, for what the experiment itself decides. Not thread-safe.</summary>
    public Random Random { get; }

    /// <summary>What everybody saw.</summary>
    public History History { get; }

    /// <summary>The nodes' database, looked at directly.</summary>
    public TestDatabase Database { get; }

    /// <summary>The cloud; nobody speaks to it when there is a <see cref="WorldOptions.Mosquitto"/>.</summary>
    public LocalCloudServer Cloud { get; private set; }

    /// <summary>The nodes of the relay.</summary>
    public IReadOnlyList<RelayNode> Nodes { get; private set; } = [];

    /// <summary>Between the nodes and the broker.</summary>
    public FaultProxy BrokerLink { get; }

    /// <summary>Between the terminals and the broker.</summary>
    public FaultProxy TerminalLink { get; }

    /// <summary>Between the nodes and PostgreSQL.</summary>
    public FaultProxy DatabaseLink { get; }

    /// <summary>Between the terminals and the nodes' TAS: the balancer.</summary>
    public FaultProxy TasLink { get; }

    /// <summary>The merchant whose terminals they are.</summary>
    public Guid Merchant { get; }

    /// <summary>The till's API key.</summary>
    public string Token { get; }

    /// <summary>Ids of the whitelisted terminals; who plays them is said by <see cref="PlayAsync"/>.</summary>
    public IReadOnlyList<string> Terminals { get; }

    /// <summary>Connects as a superuser, past every fault.</summary>
    public NpgsqlDataSource Superuser => _superuser;

    /// <summary>Builds it up; when this returns, every node is ready.</summary>
    public static async Task<World> StartAsync(WorldOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new WorldOptions();
        var database = options.Server is { } server
            ? await TestDatabase.CreateOnAsync(server, cancellationToken)
            : await TestDatabase.CreateAsync(cancellationToken);
        var directory = Directory.CreateTempSubdirectory("cloudkick-faults-").FullName;
        var cloud = await LocalCloudServer.StartAsync(
            new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(directory, "cloud") }, cancellationToken: cancellationToken);
        var (merchant, token) = await AddMerchantAsync(database, cancellationToken);
        var world = new World(options, database, cloud, directory, merchant, token);
        try
        {
            await world.RegisterTerminalsAsync(cancellationToken);
            cloud.IssueDeviceCertificate("relay").WriteTo(world.CertificateDirectory);
            if (options.Mosquitto is { } mosquitto)
                world._watch = await BrokerWatch.StartAsync(mosquitto, world.History, cancellationToken);
            var settings = await world.NodeSettingsAsync();
            world.Nodes = [.. Enumerable.Range(0, options.Nodes).Select(_ => new RelayNode(settings))];
            world.TasLink.Backends = [.. world.Nodes.Select(node => node.Tas)];
            if (options.StartsNodes)
                await Task.WhenAll(world.Nodes.Select(node => node.StartAsync(cancellationToken: cancellationToken)));
            return world;
        }
        catch
        {
            await world.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where the nodes' certificate is; the files may be replaced.</summary>
    public string CertificateDirectory => Path.Combine(_directory, "relay");

    /// <summary>Starts terminals that behave alike; returns when they are subscribed.</summary>
    /// <param name="terminals">Which.</param>
    /// <param name="configure">How they differ from the defaults; null: not.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<TerminalFleet> PlayAsync(
        IEnumerable<string> terminals, Func<TerminalOptions, TerminalOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        var fleet = new TerminalFleet(terminals.Select(terminal =>
        {
            var options = new TerminalOptions
            {
                TerminalId = terminal,
                Mqtt = _options.Mosquitto is null ? Endpoint(TerminalLink.Port, terminal) : new MqttEndpoint("localhost", TerminalLink.Port),
                Observer = History.Add,
            };
            return configure?.Invoke(options) ?? options;
        }));
        _fleets.Add(fleet);
        if (await fleet.StartAsync(progress: null, cancellationToken) is [var failure, ..])
            throw new InvalidOperationException($"A terminal cannot be started: {failure}");
        return fleet;
    }

    /// <summary>All terminals, each closing its session soon, so that it can be kicked again.</summary>
    public Task<TerminalFleet> PlayBriefSessionsAsync(CancellationToken cancellationToken) => PlayAsync(
        Terminals,
        options => options with { Behaviour = TerminalBehaviour.DropsSession, BehaviourDelay = TimeSpan.FromMilliseconds(200) },
        cancellationToken);

    /// <summary>How a device reaches the cloud on this port, with a new certificate of its own.</summary>
    public MqttEndpoint Endpoint(int port, string device)
    {
        var certificate = Cloud.IssueDeviceCertificate(device);
        return new MqttEndpoint("localhost", port)
        {
            Tls = new MqttTlsOptions
            {
                ApplicationProtocols = ["x-amzn-mqtt-ca"],
                ClientCertificate = certificate.ToX509Certificate(),
                TrustedRoots = [certificate.ToCaCertificate()],
            },
        };
    }

    /// <summary>Waits until no kick is open, no longer than the longest life and what the end of a kick may take.</summary>
    /// <param name="longestLife">The kicks' time to live.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task WaitUntilNothingIsOpenAsync(TimeSpan longestLife, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(longestLife + EndSlack);
        try
        {
            while (await ScalarAsync<long>("select count(*) from open_kicks", deadline.Token) > 0)
                await Task.Delay(EndInterval, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The checker says which and by how much.
        }
    }

    /// <summary>One value, as the superuser.</summary>
    public async Task<T> ScalarAsync<T>(string sql, CancellationToken cancellationToken)
    {
        await using var connection = await _superuser.OpenConnectionAsync(cancellationToken);
        return (await connection.ExecuteScalarAsync<T>(new CommandDefinition(sql, cancellationToken: cancellationToken)))!;
    }

    /// <summary>From now on the database is looked at on this server: the nodes' one is not the first any more.</summary>
    public void LookAt(PrivatePostgres server)
    {
        ArgumentNullException.ThrowIfNull(server);
        _superuser.Dispose();
        _superuser = NpgsqlDataSource.Create(server.SuperuserConnectionString(Database.Name) + NoPool);
    }

    /// <summary>Takes a terminal off the whitelist, and takes note when that is committed.</summary>
    public async Task RemoveFromWhitelistAsync(string terminal, CancellationToken cancellationToken)
    {
        await using var connection = await _superuser.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition("delete from whitelist_entries where terminal_id = @terminal", new { terminal }, cancellationToken: cancellationToken));
        History.Add(new Happening.LeftWhitelist(History.Now, terminal));
    }

    /// <summary>The cloud dies, with all that it has in its memory: sessions, subscriptions.</summary>
    public async Task EndCloudAsync() => await Cloud.DisposeAsync();

    /// <summary>The cloud is there again after <see cref="EndCloudAsync"/>, on another port; the links lead to it.</summary>
    public async Task StartCloudAgainAsync(CancellationToken cancellationToken)
    {
        Cloud = await LocalCloudServer.StartAsync(
            new LocalCloudOptions { Port = 0, DataDirectory = Path.Combine(_directory, "cloud") }, cancellationToken: cancellationToken);
        BrokerLink.Backends = TerminalLink.Backends = [new IPEndPoint(IPAddress.Loopback, Cloud.Port)];
        Cloud.Control.PublishAccepted = History.Add;
    }

    /// <summary>Kills a node and takes note of it.</summary>
    public async Task KillAsync(RelayNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        await node.KillAsync();
        History.Add(new Happening.NodeKilled(History.Now, node.Name));
    }

    /// <summary>Reads the database's part and judges it all.</summary>
    public async Task<Verdict> JudgeAsync(Rules? rules = null, CancellationToken cancellationToken = default)
    {
        var record = await RecordReader.ReadAsync(_superuser, cancellationToken);
        return Checker.Judge(History.Snapshot(), record, rules ?? Rules);
    }

    /// <summary>What this world's kicks are judged by when the experiment does not say otherwise.</summary>
    public Rules Rules => new() { MerchantId = Merchant };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        foreach (var link in (FaultProxy[])[BrokerLink, TerminalLink, DatabaseLink, TasLink])
            await link.DisposeAsync();
        foreach (var fleet in _fleets)
            await fleet.DisposeAsync();
        if (_watch is not null)
            await _watch.DisposeAsync();
        await Cloud.DisposeAsync();
        await _superuser.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static IPEndPoint DatabaseAddress(string connectionString) =>
        new(IPAddress.Loopback, new NpgsqlConnectionStringBuilder(connectionString).Port);

    private static async Task<(Guid Merchant, string Token)> AddMerchantAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        var tenants = new TenantDatabase(database.Owner);
        var merchant = await new MerchantRegistry(tenants, TimeProvider.System).AddAsync("Fault experiments", Actor.Cli, cancellationToken);
        var key = await new ApiKeys(tenants).CreateAsync(
            new NewApiKey(new MerchantId(merchant.MerchantId), "test", "till", [Scopes.KicksWrite, Scopes.KicksRead]), Actor.Cli, cancellationToken);
        return (merchant.MerchantId, key!.Token);
    }

    private async Task<RelayNodeSettings> NodeSettingsAsync()
    {
        var direct = new NpgsqlConnectionStringBuilder(Database.ServiceConnectionString) { Port = DatabaseLink.Port }.ConnectionString;
        var settings = new Dictionary<string, string>
        {
            ["CloudKick:Mqtt:Host"] = "localhost",
            ["CloudKick:Mqtt:Port"] = BrokerLink.Port.ToString(CultureInfo.InvariantCulture),
            ["CloudKick:Mqtt:Tls"] = _options.Mosquitto is null ? "true" : "false",
            ["CloudKick:Mqtt:CaFile"] = Cloud.CaFile,
            ["CloudKick:Mqtt:CertificateFile"] = Path.Combine(CertificateDirectory, DeviceCertificate.CertificateFile),
            ["CloudKick:Mqtt:PrivateKeyFile"] = Path.Combine(CertificateDirectory, DeviceCertificate.PrivateKeyFile),
        };
        foreach (var (name, value) in _options.Settings)
            settings[name] = value;
        return new RelayNodeSettings
        {
            ConnectionString = _options.ConnectionString is { } changed ? await changed(direct) : direct,
            Tas = TasLink.Endpoint,
            Settings = settings,
            Environment = _options.Environment,
            LogFile = _options.LogFile,
        };
    }

    private async Task RegisterTerminalsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await _superuser.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(
            """
            insert into terminals (terminal_id, merchant_id, management_system_id, thing_name) select t, @Merchant, 'GrundmasterNL', t from unnest(@terminals) t;
            insert into whitelist_entries (merchant_id, terminal_id) select @Merchant, t from unnest(@terminals) t
            """,
            new { Merchant, terminals = Terminals.ToArray() },
            cancellationToken: cancellationToken));
    }
}
