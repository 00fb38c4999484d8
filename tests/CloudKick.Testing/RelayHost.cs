using System.Globalization;
using System.Net.Http.Headers;
using CloudKick.LocalCloud;
using CloudKick.Relay;
using CloudKick.Relay.Database;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CloudKick.Testing;

/// <summary>How a test's relay differs from an ordinary one.</summary>
public sealed record RelayHostOptions
{
    /// <summary>The cloud that it publishes through; null: none answers.</summary>
    public LocalCloudServer? Cloud { get; init; }

    /// <summary>Its clock; null: the system's.</summary>
    public TimeProvider? TimeProvider { get; init; }

    /// <summary>Settings by their full names, over the defaults of <see cref="RelayHost"/>.</summary>
    public IReadOnlyDictionary<string, string?> Settings { get; init; } = new Dictionary<string, string?>();

    /// <summary>Further changes before it is built.</summary>
    public Action<WebApplicationBuilder>? Configure { get; init; }
}

/// <summary>One node of the relay in this process, on ports of its own, as the service's login on a test's database. Several may share one.</summary>
public sealed class RelayHost : IAsyncDisposable
{
    /// <summary>The password of everybody that <see cref="AddUserAsync"/> adds.</summary>
    public const string Password = "correct horse battery";

    /// <summary>Settings that lift the limits of how often keys, terminals and strangers may ask, for tests that ask often.</summary>
    public static IReadOnlyDictionary<string, string?> NoRateLimits { get; } = new Dictionary<string, string?>(
        from limit in new[] { "Key", "Terminal", "UnknownKeys" }
        from setting in new[] { KeyValuePair.Create("PerMinute", "1000000"), KeyValuePair.Create("Burst", "100000") }
        select KeyValuePair.Create($"CloudKick:RateLimits:{limit}:{setting.Key}", (string?)setting.Value));

    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(30);

    private readonly WebApplication _app;
    private readonly List<HttpClient> _clients = [];
    private readonly List<PageClient> _browsers = [];
    private readonly string? _certificates;
    private bool _stopped;

    private RelayHost(WebApplication app, LogRecords logs, string? certificates)
    {
        _app = app;
        _certificates = certificates;
        Logs = logs;
    }

    /// <summary>Where the API answers.</summary>
    public Uri Address => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Services.GetRequiredService<HttpEndpoint>().Port}/"));

    /// <summary>The node's parts.</summary>
    public IServiceProvider Services => _app.Services;

    /// <summary>Everything that it logged at the levels of its settings.</summary>
    public LogRecords Logs { get; }

    /// <summary>Starts a node; when this returns, it answers.</summary>
    public static async Task<RelayHost> StartAsync(TestDatabase database, RelayHostOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(database);
        options ??= new RelayHostOptions();
        var certificates = options.Cloud is null ? null : Directory.CreateTempSubdirectory("cloudkick-relay-").FullName;
        var logs = new LogRecords();
        var builder = RelayApplication.CreateBuilder([]);
        builder.Logging.ClearProviders().AddProvider(logs);
        builder.Configuration.AddInMemoryCollection(
        [
            new("ConnectionStrings:CloudKick", database.ServiceConnectionString),
            new("CloudKick:Http:Address", "127.0.0.1"),
            new("CloudKick:Http:Port", "0"),
            new("CloudKick:Tas:Address", "127.0.0.1"),
            new("CloudKick:Tas:Port", "0"),
            new("CloudKick:Users:RequireSecondFactor", "Nobody"),
            new("CloudKick:RateLimits:SignIns:PerMinute", "100000"),
            new("CloudKick:RateLimits:SignIns:Burst", "10000"),
            .. Cloud(options.Cloud, certificates),
        ]);
        builder.Configuration.AddInMemoryCollection(options.Settings);
        if (options.TimeProvider is { } clock)
            builder.Services.AddSingleton(clock);
        options.Configure?.Invoke(builder);

        var host = new RelayHost(RelayApplication.Build(builder), logs, certificates);
        try
        {
            await host._app.StartAsync(cancellationToken);
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A merchant of the test's own.</summary>
    public async Task<MerchantId> AddMerchantAsync(string name = "Test merchant", CancellationToken cancellationToken = default)
    {
        var merchant = await Services.GetRequiredService<MerchantRegistry>().AddAsync(name, Actor.Cli, cancellationToken);
        return new MerchantId(merchant.MerchantId);
    }

    /// <summary>A new key with these scopes: of a merchant, or, without one, of the platform's operators.</summary>
    public async Task<CreatedApiKey> CreateKeyAsync(MerchantId? merchant, params string[] scopes) =>
        await Services.GetRequiredService<ApiKeys>()
            .CreateAsync(new NewApiKey(merchant, "test", "made by a test", scopes), Actor.Cli, CancellationToken.None)
        ?? throw new InvalidOperationException($"There is no merchant {merchant}.");

    /// <summary>A client with a new key of these scopes, of a merchant.</summary>
    public async Task<HttpClient> CreateClientAsync(MerchantId merchant, params string[] scopes) =>
        CreateClient((await CreateKeyAsync(merchant, scopes)).Token);

    /// <summary>A client with a new platform operator's key.</summary>
    public async Task<HttpClient> CreateAdminClientAsync() => CreateClient((await CreateKeyAsync(null, Scopes.PlatformAdmin)).Token);

    /// <summary>A client with this key, or with none. Disposed with the host.</summary>
    public HttpClient CreateClient(string? token = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        _clients.Add(client);
        return client;
    }

    /// <summary>A browser. Disposed with the host.</summary>
    public PageClient CreateBrowser()
    {
        var browser = new PageClient(Address);
        _browsers.Add(browser);
        return browser;
    }

    /// <summary>Adds somebody who can sign in with <see cref="Password"/>; of a merchant, or of the platform.</summary>
    /// <returns>Their email address.</returns>
    public async Task<string> AddUserAsync(MerchantId? merchant, string role, CancellationToken cancellationToken = default)
    {
        var email = Addresses.New(role);
        _ = await Services.GetRequiredService<UserRegistry>().AddWithPasswordAsync(new NewUser(merchant, email, role), Password, Actor.Cli, cancellationToken)
            ?? throw new InvalidOperationException($"{email} is taken.");
        return email;
    }

    /// <summary>A browser in which somebody new of this role is signed in.</summary>
    public async Task<PageClient> SignInAsync(MerchantId? merchant, string role, CancellationToken cancellationToken = default)
    {
        var browser = CreateBrowser();
        var page = await browser.SignInAsync(await AddUserAsync(merchant, role, cancellationToken), Password, cancellationToken);
        return page.Path.StartsWith("/sign-in", StringComparison.Ordinal) ? throw new InvalidOperationException($"Not signed in: {page}") : browser;
    }

    /// <summary>Stops the node as a deployment would: requests under way end.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default)
    {
        _stopped = true;
        return _app.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            client.Dispose();
        foreach (var browser in _browsers)
            browser.Dispose();
        using var deadline = new CancellationTokenSource(StopTimeout);
        if (!_stopped)
            await StopAsync(deadline.Token);
        await _app.DisposeAsync();
        if (_certificates is not null)
            Directory.Delete(_certificates, recursive: true);
    }

    private static IEnumerable<KeyValuePair<string, string?>> Cloud(LocalCloudServer? cloud, string? directory)
    {
        if (cloud is null)
        {
            // The discard port: refused at once.
            return [new("CloudKick:Mqtt:Host", "127.0.0.1"), new("CloudKick:Mqtt:Port", "9"), new("CloudKick:Mqtt:Tls", "false")];
        }

        cloud.IssueDeviceCertificate("relay").WriteTo(directory!);
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"localhost:{cloud.Port}");
        return
        [
            new("CloudKick:Mqtt:Host", "localhost"),
            new("CloudKick:Mqtt:Port", cloud.Port.ToString(CultureInfo.InvariantCulture)),
            new("CloudKick:Mqtt:CaFile", cloud.CaFile),
            new("CloudKick:Mqtt:CertificateFile", Path.Combine(directory!, DeviceCertificate.CertificateFile)),
            new("CloudKick:Mqtt:PrivateKeyFile", Path.Combine(directory!, DeviceCertificate.PrivateKeyFile)),
            new("CloudKick:Aws:Region", "eu-central-1"),
            new("CloudKick:Aws:DataEndpoint", endpoint),
            new("CloudKick:Aws:ControlEndpoint", endpoint),
            new("CloudKick:Aws:CredentialsFile", cloud.CredentialsFile),
            new("CloudKick:Aws:CaFile", cloud.CaFile),
            new("CloudKick:Provisioning:PolicyName", "cloudkick-terminal"),
            new("CloudKick:Provisioning:ThingTypeName", "cloudkick-terminal"),
        ];
    }
}
