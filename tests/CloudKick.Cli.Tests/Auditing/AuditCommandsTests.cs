using CloudKick.Cli.CommandLine;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Cli.Tests.Auditing;

[CancelAfter(120_000)]
internal sealed class AuditCommandsTests
{
    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase()
    {
        _database = await TestDatabase.CreateAsync();
        foreach (var name in new[] { "Whole", "Broken" })
        {
            await RunAsync(CancellationToken.None, "merchant", "add", name);
            await RunAsync(CancellationToken.None, "api-key", "create", "--merchant", name, "--label", "one");
            await RunAsync(CancellationToken.None, "api-key", "create", "--merchant", name, "--label", "two");
        }

        await using var owner = await _database.Owner.OpenConnectionAsync();
        await owner.ExecuteAsync("delete from audit_log where chain_index = 2 and merchant_id = (select merchant_id from merchants where name = 'Broken')");
    }

    [OneTimeTearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task A_removed_row_is_found_among_all_chains(CancellationToken cancellationToken)
    {
        var people = await RunAsync(cancellationToken, "audit", "verify");
        var lines = (await RunAsync(cancellationToken, "audit", "verify", "--json")).JsonLines;

        Assert.That(people.ExitCode, Is.EqualTo(ExitCode.Failed), people.Error);
        Assert.That(people.Out, Does.Contain("Whole").And.Contain("row 3: rows before it are missing"));
        Assert.That(lines.Count(line => line.GetProperty("whole").GetBoolean()), Is.EqualTo(2));
        Assert.That(lines.Single(line => !line.GetProperty("whole").GetBoolean()).GetProperty("faults")[0].GetProperty("chainIndex").GetInt64(), Is.EqualTo(3));
    }

    [TestCase("audit verify --merchant Whole")]
    [TestCase("audit verify --platform")]
    public async Task A_whole_chain_is_done(string line, CancellationToken cancellationToken)
    {
        var run = await RunAsync(cancellationToken, line.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error + run.Out);
        Assert.That(run.Out, Does.Contain("whole"));
    }

    [Test]
    public async Task What_was_done_by_command_is_listed(CancellationToken cancellationToken)
    {
        var run = await RunAsync(cancellationToken, "audit", "list", "--merchant", "Whole", "--action", "api-key", "--json");

        Assert.That(run.JsonLines.Select(line => (line.GetProperty("actor").GetString(), line.GetProperty("action").GetString())),
            Is.EqualTo(new[] { ("cli", "api-key.create"), ("cli", "api-key.create") }));
    }

    private Task<Invocation> RunAsync(CancellationToken cancellationToken, params string[] args) =>
        Invocation.RunAsync(args, cancellationToken, ("ConnectionStrings__CloudKickOwner", _database.OwnerConnectionString));
}
