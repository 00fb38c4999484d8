using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CloudKick.LocalCloud;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Terminal;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.EndToEnd.Tests;

/// <summary>Everything that a kick passes on its way, in this process and real: PostgreSQL, LocalCloud, a relay with its TAS, terminals.</summary>
internal sealed class KickStage : IAsyncDisposable
{
    private readonly ConcurrentBag<SimulatedTerminal> _terminals = [];
    private int _count;

    private KickStage(TestDatabase database, LocalCloudServer cloud, string cloudDirectory, RelayHost relay, MerchantId merchant, HttpClient client)
    {
        Database = database;
        Cloud = cloud;
        CloudDirectory = cloudDirectory;
        Relay = relay;
        Merchant = merchant;
        Client = client;
        cloud.Control.PublishAccepted = publish => Published.Enqueue(publish);
    }

    public TestDatabase Database { get; }

    public LocalCloudServer Cloud { get; }

    /// <summary>The directory of the cloud's certificate authority.</summary>
    public string CloudDirectory { get; }

    public RelayHost Relay { get; }

    public MerchantId Merchant { get; }

    /// <summary>A till's backend of the merchant: may kick and read.</summary>
    public HttpClient Client { get; }

    /// <summary>Everything that was published through the cloud.</summary>
    public ConcurrentQueue<AcceptedPublish> Published { get; } = [];

    public TerminalHistory History { get; } = new();

    /// <summary>Sets the stage; it disposes of the database too.</summary>
    public static async Task<KickStage> StartAsync(
        IReadOnlyDictionary<string, string?>? settings = null, TestDatabase? database = null, LocalCloudQuotas? quotas = null,
        CancellationToken cancellationToken = default)
    {
        database ??= await TestDatabase.CreateAsync(cancellationToken);
        var directory = Directory.CreateTempSubdirectory("cloudkick-cloud-").FullName;
        quotas ??= LocalCloudQuotas.Aws with { ConnectsPerClientId = null }; // terminals of tests come back within a second
        var cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = directory, Quotas = quotas }, cancellationToken: cancellationToken);
        var relay = await RelayHost.StartAsync(
            database,
            new RelayHostOptions { Cloud = cloud, Settings = settings ?? new Dictionary<string, string?>() },
            cancellationToken);
        var merchant = await relay.AddMerchantAsync(cancellationToken: cancellationToken);
        var client = await relay.CreateClientAsync(merchant, Scopes.KicksWrite, Scopes.KicksRead, Scopes.TerminalsRead);
        var stage = new KickStage(database, cloud, directory, relay, merchant, client);
        await stage.WaitUntilReadyAsync(cancellationToken);
        return stage;
    }

    /// <summary>A terminal in the database; on the whitelist of its merchant unless said otherwise. Nobody plays it yet.</summary>
    public async Task<string> RegisterTerminalAsync(MerchantId? merchant = null, bool whitelisted = true, string connectMode = "2.0")
    {
        var terminal = string.Create(CultureInfo.InvariantCulture, $"NL{Interlocked.Increment(ref _count):D6}");
        await using var connection = await Database.Owner.OpenConnectionAsync();
        await connection.ExecuteAsync(
            """
            insert into terminals (terminal_id, merchant_id, management_system_id, thing_name, connect_mode)
            values (@terminal, @merchant, 'GrundmasterNL', @terminal, @connectMode)
            """,
            new { terminal, merchant = (merchant ?? Merchant).Value, connectMode });
        if (whitelisted)
        {
            await connection.ExecuteAsync(
                "insert into whitelist_entries (merchant_id, terminal_id) values (@merchant, @terminal)", new { merchant = (merchant ?? Merchant).Value, terminal });
        }
        return terminal;
    }

    /// <summary>A terminal that is registered, on the whitelist, connected and subscribed.</summary>
    public async Task<string> StartTerminalAsync(
        TerminalBehaviour behaviour = TerminalBehaviour.Normal, TimeSpan? delay = null, CancellationToken cancellationToken = default)
    {
        var terminal = await RegisterTerminalAsync();
        await PlayAsync(terminal, behaviour, delay, cancellationToken);
        return terminal;
    }

    /// <summary>Plays a registered terminal.</summary>
    public async Task<SimulatedTerminal> PlayAsync(
        string terminal, TerminalBehaviour behaviour = TerminalBehaviour.Normal, TimeSpan? delay = null, CancellationToken cancellationToken = default)
    {
        var simulated = new SimulatedTerminal(new TerminalOptions
        {
            TerminalId = terminal,
            Mqtt = Devices.Endpoint(Cloud, terminal),
            Behaviour = behaviour,
            BehaviourDelay = delay ?? TimeSpan.FromSeconds(1),
            Observer = History.Add,
        });
        _terminals.Add(simulated);
        await simulated.StartAsync(cancellationToken);
        return simulated;
    }

    public static JsonObject Kick(string terminal) => new()
    {
        ["terminalId"] = terminal,
        ["managementSystemId"] = "GrundmasterNL",
        ["accessProtocol"] = "OPI_NL",
    };

    /// <summary>Posts a kick; the answer's status and body.</summary>
    public Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(
        JsonObject kick, int? wait = null, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        PostAsync(Client, kick, wait, idempotencyKey, cancellationToken);

    public static async Task<(HttpStatusCode Status, JsonObject Body)> PostAsync(
        HttpClient client, JsonObject kick, int? wait = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/kicks") { Content = JsonContent.Create(kick) };
        if (wait is { } seconds)
            request.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={seconds}"));
        if (idempotencyKey is not null)
            request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await client.SendAsync(request, cancellationToken);
        return (response.StatusCode, (await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!);
    }

    public async Task<JsonObject> GetKickAsync(string id, int wait = 0, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/kicks/" + id);
        request.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={wait}"));
        using var response = await Client.SendAsync(request, cancellationToken);
        return (await response.Content.ReadFromJsonAsync<JsonObject>(cancellationToken))!;
    }

    /// <summary>What was published to the terminal's own topic.</summary>
    public IReadOnlyList<AcceptedPublish> PublishedTo(string terminal) => [.. Published.Where(publish => publish.Message.Topic == "NL-CAT/" + terminal)];

    /// <summary>Waits for the first of them: a kick that the broker is slow to acknowledge is answered before.</summary>
    public Task WaitForPublishedToAsync(string terminal, CancellationToken cancellationToken) =>
        Eventually.HoldsAsync(() => PublishedTo(terminal).Count > 0, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_terminals.Select(terminal => terminal.DisposeAsync().AsTask()));
        await Relay.DisposeAsync();
        await Cloud.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(CloudDirectory, recursive: true);
    }

    private Task WaitUntilReadyAsync(CancellationToken cancellationToken) => Eventually.BecomesAsync(
        async () =>
        {
            using var response = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative), cancellationToken);
            return response.IsSuccessStatusCode;
        },
        true,
        cancellationToken);
}
