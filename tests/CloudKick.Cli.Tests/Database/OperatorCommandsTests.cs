using CloudKick.Cli.CommandLine;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Cli.Tests.Database;

[CancelAfter(120_000)]
internal sealed class OperatorCommandsTests
{
    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task A_merchant_gets_a_key_and_a_terminal(CancellationToken cancellationToken)
    {
        var merchant = (await RunAsync(cancellationToken, "merchant", "add", "Bakkerij Zoë", "--json")).JsonLines.Single().GetProperty("merchantId").GetGuid();
        var key = (await RunAsync(cancellationToken, "api-key", "create", "--merchant", "Bakkerij Zoë", "--label", "till", "--json")).JsonLines.Single();
        var terminal = await RunAsync(cancellationToken, "terminal", "add", "NL000501", "--merchant", merchant.ToString(), "--whitelist", "--firmware", "14.0.11.01");

        Assert.That(key.GetProperty("token").GetString(), Does.Match("^ck_test_[a-z0-9]{16}_[A-Za-z0-9_-]{43}$"));
        Assert.That(key.GetProperty("merchantId").GetGuid(), Is.EqualTo(merchant));
        Assert.That(key.GetProperty("scopes").GetArrayLength(), Is.EqualTo(5));
        Assert.That(terminal.Out, Does.Contain("NL000501 is registered for Bakkerij Zoë and on its whitelist."));
        await using var connection = await _database.Owner.OpenConnectionAsync(cancellationToken);
        Assert.That(await connection.QuerySingleAsync<Guid>("select merchant_id from whitelist_entries where terminal_id = 'NL000501'"), Is.EqualTo(merchant));
    }

    [Test]
    public async Task A_key_is_shown_once_for_people_and_revoked_by_its_text(CancellationToken cancellationToken)
    {
        var created = await RunAsync(cancellationToken, "api-key", "create", "--platform", "--environment", "live");
        var token = created.Out.Trim();

        var revoked = await RunAsync(cancellationToken, "api-key", "revoke", token, "--json");
        var list = await RunAsync(cancellationToken, "api-key", "list", "--platform", "--json");

        Assert.That(token, Does.StartWith("ck_live_"));
        var id = token.Split('_')[2];
        Assert.That(revoked.JsonLines.Single().GetProperty("keyId").GetString(), Is.EqualTo(id));
        var listed = list.JsonLines.Single(line => line.GetProperty("keyId").GetString() == id);
        Assert.That(listed.GetProperty("revokedAt").GetDateTimeOffset(), Is.GreaterThan(listed.GetProperty("createdAt").GetDateTimeOffset()));
        Assert.That(list.Out, Does.Not.Contain(token));
    }

    [TestCase("api-key create --merchant Nobody", ExitCode.Refused, "no merchant named Nobody")]
    [TestCase("api-key create", ExitCode.Usage, "--merchant")]
    [TestCase("api-key create --platform --environment UPPER", ExitCode.Usage, "a-z and 0-9")]
    [TestCase("api-key create --platform --scope everything", ExitCode.Usage, "everything")]
    [TestCase("api-key revoke nosuchkey", ExitCode.Refused, "no key")]
    [TestCase("terminal add NL000999 --merchant 0192f000-0000-7000-8000-00000000dead", ExitCode.Refused, "no merchant")]
    public async Task What_cannot_be_done_is_said(string line, int exitCode, string words, CancellationToken cancellationToken)
    {
        var run = await RunAsync(cancellationToken, line.Split(' '));

        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Error);
        Assert.That(run.Error, Does.Contain(words).IgnoreCase);
        Assert.That(run.Out, Is.Empty);
    }

    [TestCase("a/b")]
    [TestCase("NL000000000000001")]
    [TestCase("+")]
    public async Task A_terminals_id_is_checked(string id, CancellationToken cancellationToken)
    {
        await RunAsync(cancellationToken, "merchant", "add", $"For {id}");

        var run = await RunAsync(cancellationToken, "terminal", "add", id, "--merchant", $"For {id}");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage), run.Error);
    }

    [Test]
    public async Task A_terminal_is_registered_once(CancellationToken cancellationToken)
    {
        await RunAsync(cancellationToken, "merchant", "add", "Once");
        await RunAsync(cancellationToken, "terminal", "add", "NL000777", "--merchant", "Once");

        var again = await RunAsync(cancellationToken, "terminal", "add", "NL000777", "--merchant", "Once", "--json");

        Assert.That(again.ExitCode, Is.EqualTo(ExitCode.Refused));
        Assert.That(again.Error, Does.Contain("terminal-exists"));
    }

    [TestCase("")]
    [TestCase("  ")]
    public async Task A_merchant_without_a_name_is_misuse(string name, CancellationToken cancellationToken)
    {
        var run = await RunAsync(cancellationToken, "merchant", "add", name);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage), run.Error);
        Assert.That(run.Error, Does.Contain("1 to 200 characters"));
    }

    [Test]
    public async Task A_second_merchant_of_a_name_is_added_with_a_warning(CancellationToken cancellationToken)
    {
        var first = await RunAsync(cancellationToken, "merchant", "add", "The Twins", "--json");

        var second = await RunAsync(cancellationToken, "merchant", "add", "The Twins", "--json");
        var neither = await RunAsync(cancellationToken, "api-key", "create", "--merchant", "The Twins");

        Assert.That((first.Error, second.ExitCode, neither.ExitCode), Is.EqualTo(("", ExitCode.Done, ExitCode.Usage)));
        Assert.That(second.Error, Does.Contain(first.JsonLines.Single().GetProperty("merchantId").GetString()!).And.Contain("The Twins too"));
    }

    [Test]
    public async Task A_database_that_is_not_there_is_unavailable(CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync(["merchant", "list", "--database", "Host=127.0.0.1;Port=1;Database=x;Username=y;Timeout=2"], cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Unavailable));
        Assert.That(run.Error, Does.Contain("ConnectionStrings__CloudKick").And.Not.Contain("   at "));
    }

    [Test]
    public async Task A_connection_string_that_cannot_be_read_is_misuse(CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync(["merchant", "list", "--database", "nonsense"], cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage));
    }

    private Task<Invocation> RunAsync(CancellationToken cancellationToken, params string[] args) =>
        Invocation.RunAsync(args, cancellationToken, ("ConnectionStrings__CloudKickOwner", _database.OwnerConnectionString));
}
