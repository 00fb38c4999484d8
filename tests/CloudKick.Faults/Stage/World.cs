using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
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

    private readonly Dictionary<string, (Guid Merchant, string Token)> _owners;
    private readonly HttpClient _merchants = new();

    private World(WorldOptions options, TestDatabase database, LocalCloudServer cloud, string directory, IReadOnlyList<(Guid Merchant, string Token)> merchants)
    {
        _options = options;
        _directory = directory;
        _superuser = NpgsqlDataSource.Create(database.SuperuserConnectionString + NoPool);
        Database = database;
        Cloud = cloud;
        Random = new Random(options.Seed);
        History = new History(TimeProvider.System);
        cloud.Control.PublishAccepted = History.Add;
        var seeds = Random.Next();
        var broker = new IPEndPoint(IPAddress.Loopback, options.Mosquitto?.Port ?? cloud.Port);
        BrokerLink = new FaultProxy(seeds, null, broker);
        TerminalLink = new FaultProxy(seeds + 3, null, broker);
        DatabaseLink = new FaultProxy(seeds + 1, null, DatabaseAddress(database.ServiceConnectionString));
        TasLink = new FaultProxy(seeds + 2);
        HttpsLink = new FaultProxy(seeds + 4, null, new IPEndPoint(IPAddress.Loopback, cloud.Port));
        Terminals = [.. Enumerable.Range(1, options.Terminals).Select(i => string.Create(CultureInfo.InvariantCulture, $"NL{i:D6}"))];
        _owners = Terminals.Index().ToDictionary(terminal => terminal.Item, terminal => merchants[terminal.Index % merchants.Count]);
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

    /// <summary>Between the nodes and the cloud's HTTPS API; nothing uses it unless <c>CloudKick:Publishing:Transport</c> is set.</summary>
    public FaultProxy HttpsLink { get; }

    /// <summary>Between the terminals and the broker.</summary>
    public FaultProxy TerminalLink { get; }

    /// <summary>Between the nodes and PostgreSQL.</summary>
    public FaultProxy DatabaseLink { get; }

    /// <summary>Between the terminals and the nodes' TAS: the balancer.</summary>
    public FaultProxy TasLink { get; }

    /// <summary>Between the tills and each node, in the nodes' order.</summary>
    public IReadOnlyList<FaultProxy> TillLinks { get; private set; } = [];

    /// <summary>Where tills reach the nodes over <see cref="TillLinks"/>.</summary>
    public IReadOnlyList<Uri> TillAddresses => [.. TillLinks.Select(link => new Uri($"http://{link.Endpoint}/"))];

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
        var cloud = await LocalCloudServer.StartAsync(CloudOptions(options, directory), cancellationToken: cancellationToken);
        var merchants = await AddMerchantsAsync(database, options.Merchants, cancellationToken);
        var world = new World(options, database, cloud, directory, merchants);
        try
        {
            await world.RegisterTerminalsAsync(cancellationToken);
            cloud.IssueDeviceCertificate("relay").WriteTo(world.CertificateDirectory);
            if (options.Mosquitto is { } mosquitto)
                world._watch = await BrokerWatch.StartAsync(mosquitto, world.History, cancellationToken);
            var settings = await world.NodeSettingsAsync();
            world.Nodes = [.. Enumerable.Range(0, options.Nodes).Select(_ => new RelayNode(settings))];
            world.TasLink.Backends = [.. world.Nodes.Select(node => node.Tas)];
            world.TillLinks = [.. world.Nodes.Select((node, i) => new FaultProxy(options.Seed + i, null, node.HttpEndpoint))];
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

    /// <summary>Terminals that close each session soon, so that they can be kicked again.</summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="terminals">Which; null: all.</param>
    public Task<TerminalFleet> PlayBriefSessionsAsync(CancellationToken cancellationToken, IEnumerable<string>? terminals = null) => PlayAsync(
        terminals ?? Terminals,
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

    /// <summary>Waits until no terminal has a session: one that has is not kicked.</summary>
    public Task WaitUntilNoSessionIsOpenAsync(CancellationToken cancellationToken) => Eventually.BecomesAsync(
        () => ScalarAsync<long>("select count(*) from tas_sessions where closed_at is null", cancellationToken), 0, cancellationToken);

    /// <summary>Waits until every node is ready.</summary>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        foreach (var node in Nodes)
            await node.WaitUntilReadyAsync(cancellationToken);
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

    /// <summary>The API key that acts for the terminal's merchant.</summary>
    public string TokenOf(string terminal) => _owners[terminal].Token;

    /// <summary>Takes a terminal off its merchant's whitelist as the merchant would, and takes note when that is committed.</summary>
    public async Task RemoveFromWhitelistAsync(string terminal, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri(Nodes[0].Http, "v1/whitelist/" + terminal));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", TokenOf(terminal));
        using var response = await _merchants.SendAsync(request, cancellationToken);
        response.EnsureSuccessStatusCode();
        History.Add(new Happening.LeftWhitelist(History.Now, terminal));
    }

    /// <summary>From now on LocalCloud takes and delivers what is published and does not acknowledge it.</summary>
    public void HoldAcknowledgements()
    {
        Cloud.Control.HoldAcknowledgements();
        History.Add(new Happening.Acknowledges(History.Now, Now: false));
    }

    /// <summary>The acknowledgements that were held come now, late; the next ones at once.</summary>
    public void ReleaseAcknowledgements()
    {
        History.Add(new Happening.Acknowledges(History.Now, Now: true));
        Cloud.Control.ReleaseAcknowledgements();
    }

    /// <summary>The acknowledgements that were held never come; the next ones at once.</summary>
    public void LoseAcknowledgements()
    {
        History.Add(new Happening.Acknowledges(History.Now, Now: true));
        Cloud.Control.LoseAcknowledgements();
    }

    /// <summary>The cloud dies, with all that it has in its memory: sessions, subscriptions.</summary>
    public async Task EndCloudAsync() => await Cloud.DisposeAsync();

    /// <summary>The cloud is there again after <see cref="EndCloudAsync"/>, on another port; the links lead to it.</summary>
    public async Task StartCloudAgainAsync(CancellationToken cancellationToken)
    {
        Cloud = await LocalCloudServer.StartAsync(CloudOptions(_options, _directory), cancellationToken: cancellationToken);
        BrokerLink.Backends = TerminalLink.Backends = HttpsLink.Backends = [new IPEndPoint(IPAddress.Loopback, Cloud.Port)];
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
    public Rules Rules => new()
    {
        Merchants = _owners.ToDictionary(owner => owner.Key, owner => owner.Value.Merchant),
        BrokerTellsAll = _options.Mosquitto is null,
    };

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        foreach (var link in (FaultProxy[])[BrokerLink, HttpsLink, TerminalLink, DatabaseLink, TasLink, .. TillLinks])
            await link.DisposeAsync();
        foreach (var fleet in _fleets)
            await fleet.DisposeAsync();
        if (_watch is not null)
            await _watch.DisposeAsync();
        await Cloud.DisposeAsync();
        _merchants.Dispose();
        await _superuser.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static LocalCloudOptions CloudOptions(WorldOptions options, string directory) =>
        new() { Port = 0, DataDirectory = Path.Combine(directory, "cloud"), Quotas = options.Quotas };

    private static IPEndPoint DatabaseAddress(string connectionString) =>
        new(IPAddress.Loopback, new NpgsqlConnectionStringBuilder(connectionString).Port);

    private static async Task<List<(Guid Merchant, string Token)>> AddMerchantsAsync(TestDatabase database, int count, CancellationToken cancellationToken)
    {
        var tenants = new TenantDatabase(database.Owner);
        var merchants = new List<(Guid, string)>();
        for (var number = 1; number <= count; number++)
        {
            var merchant = await new MerchantRegistry(tenants, TimeProvider.System).AddAsync($"Fault experiments {number}", Actor.Cli, cancellationToken);
            var key = await new ApiKeys(tenants).CreateAsync(
                new NewApiKey(new MerchantId(merchant.MerchantId), "test", "till", [Scopes.KicksWrite, Scopes.KicksRead, Scopes.WhitelistWrite]), Actor.Cli, cancellationToken);
            merchants.Add((merchant.MerchantId, key!.Token));
        }
        return merchants;
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
            ["CloudKick:Aws:DataEndpoint"] = $"localhost:{HttpsLink.Port}",
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
            insert into terminals (terminal_id, merchant_id, management_system_id, thing_name)
            select r.terminal, r.merchant, 'GrundmasterNL', r.terminal from unnest(@terminals, @merchants) r (terminal, merchant);
            insert into whitelist_entries (merchant_id, terminal_id) select r.merchant, r.terminal from unnest(@terminals, @merchants) r (terminal, merchant)
            """,
            new { terminals = Terminals.ToArray(), merchants = Terminals.Select(terminal => _owners[terminal].Merchant).ToArray() },
            cancellationToken: cancellationToken));
    }
}
