using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CloudKick.LocalCloud;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.OpenApi;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.OpenApi;

/// <summary>Every example of the API's description is sent, to a relay with what <c>cloudkick local</c> makes.</summary>
[CancelAfter(120_000)]
internal sealed class ApiExamplesTests
{
    [Test]
    public async Task Every_example_works_when_pasted(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("cloudkick-examples-").FullName;
        await using var cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = directory }, cancellationToken: cancellationToken);
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, new() { Cloud = cloud }, cancellationToken);
        var operators = await relay.CreateAdminClientAsync();
        var merchants = await AddDemoAsync(relay, cancellationToken);
        var document = (await relay.CreateClient().GetFromJsonAsync<JsonObject>(OpenApiRegistration.DocumentPath, cancellationToken))!;

        var sent = new List<(string Operation, ApiAnswer Answer)>();
        foreach (var (path, methods) in document["paths"]!.AsObject())
        {
            foreach (var (method, operation) in methods!.AsObject())
            {
                if (operation!["requestBody"]?["content"]?["application/json"]?["example"] is not { } example)
                    continue;
                var client = path.StartsWith("/v1/admin/", StringComparison.Ordinal) ? operators : merchants;
                var key = (await relay.CreateKeyAsync(DemoIds.Merchant, Scopes.KicksRead)).Key.KeyId;
                var answer = await client.AskAsync(
                    HttpMethod.Parse(method), Filled(path, operation).Replace("{keyId}", key, StringComparison.Ordinal).TrimStart('/'), example.ToJsonString(), cancellationToken);
                sent.Add(((string)operation["operationId"]!, answer));
            }
        }

        Assert.That(sent, Has.Count.GreaterThanOrEqualTo(9));
        Assert.That(sent.Where(one => (int)one.Answer.Status is < 200 or > 299), Is.Empty);
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<HttpClient> AddDemoAsync(RelayHost relay, CancellationToken cancellationToken)
    {
        await relay.Services.GetRequiredService<MerchantRegistry>().AddAsync("Demo", Actor.Cli, cancellationToken, DemoIds.Merchant);
        await relay.Services.GetRequiredService<MerchantRegistry>().AddAsync("Other", Actor.Cli, cancellationToken, DemoIds.OtherMerchant);
        foreach (var terminal in (string[])[DemoIds.Terminal, "NL000102"])
        {
            await relay.Services.GetRequiredService<TerminalRegistry>().AddAsync(
                new NewTerminal(terminal, "GrundmasterNL") { Merchant = DemoIds.Merchant }, Actor.Cli, cancellationToken);
            await relay.Services.GetRequiredService<MerchantWhitelist>().PutAsync(
                DemoIds.Merchant, new WhitelistSetting(terminal, "", null), Actor.Cli, cancellationToken);
        }

        return await relay.CreateClientAsync(DemoIds.Merchant, [.. Scopes.OfMerchants]);
    }

    private static string Filled(string path, JsonNode operation) =>
        (operation["parameters"]?.AsArray() ?? [])
            // An id that only an earlier answer can give has no example.
            .Where(parameter => (string?)parameter!["in"] == "path" && parameter["example"] is not null)
            .Aggregate(path, (filled, parameter) => filled.Replace($"{{{parameter!["name"]}}}", (string?)parameter["example"], StringComparison.Ordinal));
}
