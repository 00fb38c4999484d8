using System.Net;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CloudKick.Relay.Tests.Hosting;

/// <summary>Canaries: secrets that are sent wherever one can be sent, and must be in no log.</summary>
[CancelAfter(120_000)]
internal sealed class LogSecretsTests
{
    [Test]
    public async Task Secrets_never_reach_the_logs(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, EverythingOfOurs(), cancellationToken);
        var admin = await relay.CreateKeyAsync(null, Scopes.PlatformAdmin);
        using var client = relay.CreateClient(admin.Token);
        const string Canary = "canary0secret0canary0secret0canary0secret00";
        var malformed = $"ck_live_abc_{Canary}";
        var unknown = $"ck_live_abcdefgh01234567_{Canary}";

        var created = await client.AskAsync(HttpMethod.Post, "v1/admin/api-keys", """{"label":"canary"}""", cancellationToken);
        await relay.CreateClient(unknown).AskAsync("v1/whitelist", cancellationToken);
        await relay.CreateClient().AskAsync(HttpMethod.Get, "v1/whitelist", null, cancellationToken, ("Authorization", $"Bearer {malformed}"));
        await client.AskAsync($"v1/whitelist?token={Canary}", cancellationToken);
        await client.AskAsync(HttpMethod.Post, "v1/admin/merchants", $$"""{"{{Canary}}":1}""", cancellationToken);
        await client.AskAsync(HttpMethod.Post, "v1/admin/merchants", $$"""{"name":["{{Canary}}"]}""", cancellationToken);
        await client.AskAsync(HttpMethod.Post, "v1/admin/merchants", Canary, cancellationToken);
        var link = await relay.Services.GetRequiredService<UserRegistry>()
            .InviteAsync(new NewUser(null, Addresses.New("canary"), Roles.PlatformOperator), TimeSpan.FromHours(1), Actor.Cli, cancellationToken);
        await StopDatabaseAsync(database, cancellationToken);
        var welcome = await relay.CreateBrowser().OpenAsync(link!.Path, cancellationToken);
        await client.AskAsync("v1/admin/merchants", cancellationToken);
        await client.AskAsync(HttpMethod.Post, "v1/admin/merchants", $$"""{"name":"{{Canary}}"}""", cancellationToken);

        string[] secrets =
        [
            Canary, link.Path[OneTimeLinks.PagePath.Length..], Secret(admin.Token), Secret((string)created.Json["token"]!),
            new NpgsqlConnectionStringBuilder(database.ServiceConnectionString).Password!,
        ];
        var lines = relay.Logs.All.Select(record => $"{record.Message} {record.Details}").ToArray();
        Assert.That(lines, Has.Some.Contains("could not be answered"), "the relay logs what happened");
        Assert.That(welcome.Status, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
        Assert.That(lines, Has.Some.Contains("welcome/{token}"), "to pages too");
        foreach (var secret in secrets)
            Assert.That(lines.Where(line => line.Contains(secret, StringComparison.Ordinal)), Is.Empty);
    }

    [TestCase("Logging:LogLevel:Default")]
    [TestCase("Logging:LogLevel:Microsoft.AspNetCore")]
    [TestCase("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics")]
    [TestCase("Logging:CloudKick.Testing.LogRecords:LogLevel:Default", Description = "as Logging:Console:LogLevel:Default for the console")]
    [TestCase("Logging:CloudKick.Testing.LogRecords:LogLevel:Microsoft.AspNetCore")]
    public async Task No_wider_setting_makes_the_framework_write_out_addresses(string setting, CancellationToken cancellationToken)
    {
        const string Canary = "canary-0link-canary";
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(
            database, new RelayHostOptions { Settings = new Dictionary<string, string?> { [setting] = "Information" } }, cancellationToken);
        using var client = relay.CreateClient();

        await client.AskAsync($"sign-in/link/{Canary}", cancellationToken);
        await client.AskAsync($"v1/whitelist?search={Canary}", cancellationToken);
        await client.AskAsync(HttpMethod.Post, $"v1/kicks?x={Canary}", """{"terminalId":"NL000101"}""", cancellationToken);

        Assert.That(relay.Logs.All.Select(record => $"{record.Category}: {record.Message} {record.Details}"), Has.None.Contains(Canary));
    }

    [Test]
    public async Task A_failed_request_is_logged_with_its_route_and_trace(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, EverythingOfOurs(), cancellationToken);
        using var client = await relay.CreateAdminClientAsync();
        await StopDatabaseAsync(database, cancellationToken);

        var answer = await client.AskAsync("v1/admin/merchants", cancellationToken);
        var record = relay.Logs.All.Single(logged => logged.EventId.Id == 4010);

        Assert.That(answer.Verdict, Is.EqualTo((503, "database-unavailable")));
        Assert.That(record.Message, Does.StartWith("GET /v1/admin/merchants"));
        Assert.That(record.Details, Does.Contain((string)answer.Json["traceId"]!));
    }

    private static string Secret(string token) => token.Split('_', 4)[3];

    private static RelayHostOptions EverythingOfOurs() =>
        new() { Settings = new Dictionary<string, string?> { ["Logging:LogLevel:CloudKick"] = "Trace" } };

    /// <summary>No login may come in any more, and those that are in are out.</summary>
    private static async Task StopDatabaseAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var superuser = NpgsqlDataSource.Create(database.SuperuserConnectionString);
        await using var command = superuser.CreateCommand(
            $"alter database {database.Name} connection limit 0; "
            + $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{database.Name}' and pid <> pg_backend_pid()");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
