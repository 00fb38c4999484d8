using CloudKick.LocalCloud;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Health;

[CancelAfter(120_000)]
internal sealed class HealthTests
{
    private const string NobodyListens = "Host=127.0.0.1;Port=9;Database=cloudkick;Username=relay;Password=none;Timeout=2";

    [Test]
    public async Task A_node_with_its_database_and_its_cloud_is_ready(CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("cloudkick-health-").FullName;
        await using var cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = directory }, cancellationToken: cancellationToken);
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, new() { Cloud = cloud }, cancellationToken);

        var answer = await Eventually.HoldsAsync(
            () => relay.CreateClient().AskAsync("health/ready", cancellationToken),
            ready => ready.Json["checks"]!.AsObject().All(check => (string?)check.Value!["status"] == "ok"),
            cancellationToken);

        Assert.That((int)answer.Status, Is.EqualTo(200));
        Assert.That((string?)answer.Json["status"], Is.EqualTo("ready"));
        Assert.That(answer.Json["checks"]!.AsObject().Select(check => check.Key), Is.SupersetOf((string[])["database", "transport", "answers", "node"]));
        Directory.Delete(directory, recursive: true);
    }

    [Test]
    public async Task A_node_without_its_database_lives_and_is_not_ready(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, WithDatabase(NobodyListens), cancellationToken);

        var live = await relay.CreateClient().AskAsync("health/live", cancellationToken);
        var ready = await relay.CreateClient().AskAsync("health/ready", cancellationToken);

        Assert.That(((int)live.Status, (int)ready.Status), Is.EqualTo((200, 503)));
        Assert.That((string?)ready.Json["status"], Is.EqualTo("not-ready"));
        Assert.That((string?)ready.Json["checks"]!["database"]!["status"], Is.EqualTo("failed"));
        Assert.That((string?)ready.Json["checks"]!["database"]!["detail"], Is.EqualTo("database not reachable"));
    }

    [Test]
    public async Task A_node_on_a_database_that_was_not_migrated_is_not_ready(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, cancellationToken: cancellationToken);

        var ready = await relay.CreateClient().AskAsync("health/ready", cancellationToken);

        Assert.That((int)ready.Status, Is.EqualTo(503));
        Assert.That((string?)ready.Json["checks"]!["database"]!["detail"], Is.EqualTo("migrations pending"));
    }

    [Test]
    public async Task Asking_often_costs_one_check_a_second(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        await using var database = await TestDatabase.CreateEmptyAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, new() { TimeProvider = clock }, cancellationToken);
        using var client = relay.CreateClient();
        await client.AskAsync("health/ready", cancellationToken);
        await MigrateAsync(database, cancellationToken);

        var remembered = await client.AskAsync("health/ready", cancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        var asked = await client.AskAsync("health/ready", cancellationToken);

        Assert.That((string?)remembered.Json["checks"]!["database"]!["status"], Is.EqualTo("failed"));
        Assert.That((string?)asked.Json["checks"]!["database"]!["status"], Is.EqualTo("ok"));
    }

    [Test]
    public async Task A_call_without_a_database_says_so_and_when_to_come_back(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, WithDatabase(NobodyListens), cancellationToken);
        using var client = relay.CreateClient(ApiKeyToken.Generate("test").Reveal());

        var read = await client.AskAsync("v1/whitelist", cancellationToken);
        var repeatable = await client.AskAsync(HttpMethod.Post, "v1/admin/api-keys/abcdefgh01234567/revoke", null, cancellationToken);
        var other = await client.AskAsync(HttpMethod.Post, "v1/admin/merchants", """{"name":"x"}""", cancellationToken);

        ApiAnswer[] answers = [read, repeatable, other];
        Assert.That(answers.Select(answer => answer.Verdict), Is.All.EqualTo((503, "database-unavailable")));
        Assert.That(answers.Select(answer => (bool)answer.Json["retrySafe"]!), Is.EqualTo((bool[])[true, true, false]));
        Assert.That(answers.Select(answer => answer.Headers.RetryAfter?.Delta), Is.All.EqualTo(TimeSpan.FromSeconds(1)));
    }

    private static RelayHostOptions WithDatabase(string connectionString) =>
        new() { Settings = new Dictionary<string, string?> { ["ConnectionStrings:CloudKick"] = connectionString } };

    private static async Task MigrateAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        var migrations = new Migrations(MigrationScripts.Embedded());
        await migrations.ApplyAsync(database.OwnerConnectionString, null, cancellationToken);
    }
}
