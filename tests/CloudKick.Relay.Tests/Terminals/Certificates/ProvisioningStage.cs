using System.Net;
using System.Text.Json;
using CloudKick.AwsIot.Control;
using CloudKick.LocalCloud;
using CloudKick.Relay.Cloud;
using CloudKick.Relay.Database;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Terminals.Certificates;

/// <summary>A cloud, and a relay that may make certificates in it with the rights that Terraform gives its role.</summary>
internal sealed class ProvisioningStage : IAsyncDisposable
{
    private readonly string _directory;
    private int _terminals;

    private ProvisioningStage(TestDatabase database, LocalCloudServer cloud, string directory, RelayHost relay, FaultyIot iot, HttpClient admin)
    {
        (Database, Cloud, Relay, Iot, Admin) = (database, cloud, relay, iot, admin);
        Client = relay.Services.GetRequiredService<LazyClient<IAmazonIoT>>().Value;
        _directory = directory;
    }

    public TestDatabase Database { get; }

    public LocalCloudServer Cloud { get; }

    public RelayHost Relay { get; }

    /// <summary>The relay's calls of the iot API.</summary>
    public FaultyIot Iot { get; }

    /// <summary>The relay's client of the iot API.</summary>
    public IAmazonIoT Client { get; }

    public HttpClient Admin { get; }

    public static async Task<ProvisioningStage> StartAsync(IReadOnlyDictionary<string, string?>? settings = null, CancellationToken cancellationToken = default)
    {
        var database = await TestDatabase.CreateAsync(cancellationToken);
        var directory = Directory.CreateTempSubdirectory("cloudkick-cloud-").FullName;
        var cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = directory }, cancellationToken: cancellationToken);
        FaultyIot? iot = null;
        var relay = await RelayHost.StartAsync(
            database,
            new RelayHostOptions
            {
                Cloud = cloud,
                Settings = new Dictionary<string, string?>(settings ?? new Dictionary<string, string?>()) { ["CloudKick:Aws:Profile"] = "relay", ["CloudKick:Aws:MaximumRetries"] = "0" },
                Configure = builder => builder.Services.AddSingleton(provider => new LazyClient<IAmazonIoT>(() =>
                {
                    (var client, iot) = FaultyIot.Around(provider.GetRequiredService<AwsClients>().CreateControl());
                    return client;
                })),
            },
            cancellationToken);
        _ = relay.Services.GetRequiredService<LazyClient<IAmazonIoT>>().Value;
        return new ProvisioningStage(database, cloud, directory, relay, iot!, await relay.CreateAdminClientAsync());
    }

    /// <summary>A new terminal's id.</summary>
    public async Task<string> AddTerminalAsync(CancellationToken cancellationToken, MerchantId? merchant = null)
    {
        var id = $"NL{Interlocked.Increment(ref _terminals):000000}";
        var owner = merchant is { } known ? $", \"merchantId\": \"{known}\"" : "";
        var registered = await Admin.AskAsync(
            HttpMethod.Post, "/v1/admin/terminals", $$"""{"terminalId": "{{id}}", "managementSystemId": "GrundmasterNL"{{owner}}}""", cancellationToken);
        Assert.That(registered.Status, Is.EqualTo(HttpStatusCode.Created), registered.Text);
        return id;
    }

    public Task<ApiAnswer> ProvisionAsync(string terminal, string signingRequest, CancellationToken cancellationToken) => Admin.AskAsync(
        HttpMethod.Post, PathOf(terminal), JsonSerializer.Serialize(new { certificateSigningRequest = signingRequest }), cancellationToken);

    /// <summary>Provisions, which must succeed; the certificate's id.</summary>
    public async Task<string> ProvisionedAsync(string terminal, CancellationToken cancellationToken)
    {
        var answer = await ProvisionAsync(terminal, SigningRequests.New(terminal), cancellationToken);
        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Text);
        return (string)answer.Json["certificateId"]!;
    }

    public Task<ApiAnswer> ChangeAsync(string terminal, string certificate, string change, CancellationToken cancellationToken) =>
        Admin.AskAsync(HttpMethod.Post, $"{PathOf(terminal)}/{certificate}/{change}", null, cancellationToken);

    public Task<ApiAnswer> DeleteAsync(string terminal, string certificate, CancellationToken cancellationToken) =>
        Admin.AskAsync(HttpMethod.Delete, $"{PathOf(terminal)}/{certificate}", null, cancellationToken);

    /// <summary>The states of the terminal's certificates, the oldest first.</summary>
    public async Task<string> StatesAsync(string terminal, CancellationToken cancellationToken)
    {
        var list = await Admin.AskAsync(PathOf(terminal), cancellationToken);
        Assert.That(list.Status, Is.EqualTo(HttpStatusCode.OK), list.Text);
        return string.Join(' ', list.Json["certificates"]!.AsArray().Select(certificate => (string?)certificate!["status"]));
    }

    public async ValueTask DisposeAsync()
    {
        await Relay.DisposeAsync();
        await Cloud.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    private static string PathOf(string terminal) => $"/v1/admin/terminals/{terminal}/certificates";
}
