using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.CommandLine;

[CancelAfter(30_000)]
internal sealed class CloudKickCommandTests
{
    private static readonly string[] Paths =
    [
        "", "local", "kick", "migrate", "merchant", "merchant add", "merchant list", "api-key", "api-key create", "api-key list", "api-key revoke",
        "terminal", "terminal add", "terminal provision", "terminal simulate", "terminal list",
        "cloud", "cloud status", "cloud cut", "cloud freeze", "cloud thaw", "cloud delay", "cloud drop", "cloud refuse", "cloud discard", "cloud reset",
        "whitelist", "whitelist add", "whitelist remove", "whitelist list", "whitelist import",
    ];

    [TestCaseSource(nameof(Paths))]
    public async Task Every_command_explains_itself_and_the_exit_codes(string path, CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync([.. path.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"], cancellationToken);

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Out, Does.Contain($"cloudkick {path}".Trim()).And.Contain("--json").And.Contain("Exit codes:").And.Contain("not coupled"));
        Assert.That(run.Error, Is.Empty);
    }

    [Test]
    public async Task Without_a_command_it_shows_the_commands(CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync([], cancellationToken);

        Assert.That(run.ExitCode, Is.Zero);
        Assert.That(run.Out, Does.Contain("local").And.Contain("kick"));
    }

    [TestCase("frobnicate", "frobnicate", "cloudkick --help")]
    [TestCase("kick", "TERMINAL_ID", "cloudkick kick --help")]
    [TestCase("kick NL000101 --ttl soon", "soon", "cloudkick kick --help")]
    [TestCase("kick NL000101 --url nowhere", "nowhere", "cloudkick kick --help")]
    [TestCase("whitelist add NL000101 --enabled-until 2027-01-31", "--enabled-until", "cloudkick whitelist add --help")]
    [TestCase("whitelist remove NL000101 --all", "--all", "cloudkick whitelist remove --help")]
    [TestCase("terminal add NL000101 --whitelst", "--whitelst", "cloudkick terminal add --help")]
    [TestCase("terminal simulate NL000101 --behavior refuse", "--behavior", "cloudkick terminal simulate --help")]
    [TestCase("merchant add --name", "--name", "cloudkick merchant add --help")]
    [TestCase("api-key create --platform --expires 2027-01-01", "with its offset", "cloudkick api-key create --help")]
    [TestCase("whitelist import no-such-file.csv", "no-such-file.csv", "cloudkick whitelist import --help")]
    public async Task A_wrong_command_line_says_what_is_wrong_and_where_help_is(string line, string fault, string help, CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync(line.Split(' '), cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Error, Does.Contain(fault).And.Contain(help));
        Assert.That(run.Out, Is.Empty);
    }

    [Test]
    public async Task With_json_an_error_is_one_object_on_standard_error(CancellationToken cancellationToken)
    {
        var run = await Invocation.RunAsync(["kick", "NL000101", "--json"], cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Unavailable));
        Assert.That(run.Out, Is.Empty);
        var error = System.Text.Json.JsonDocument.Parse(run.Error).RootElement;
        Assert.That(error.GetProperty("exitCode").GetInt32(), Is.EqualTo(ExitCode.Unavailable));
        Assert.That(error.GetProperty("error").GetString(), Does.Contain("No relay"));
        Assert.That(error.GetProperty("advice").GetString(), Does.Contain("cloudkick local"));
    }
}
