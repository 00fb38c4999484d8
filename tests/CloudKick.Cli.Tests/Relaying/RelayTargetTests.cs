using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Cli.Tests.Local;

namespace CloudKick.Cli.Tests.Relaying;

[CancelAfter(30_000)]
internal sealed class RelayTargetTests
{
    private const string Accepted =
        """{"id":"kck_1","terminalId":"NL000101","managementSystemId":"GrundmasterNL","accessProtocol":"OPI_NL","state":"accepted","outcome":"pending","retrySafe":false,"brokerOutcome":"unknown","acceptedAt":"2026-11-21T10:00:00Z","expiresAt":"2026-11-21T10:00:30Z","ladder":[]}""";

    private readonly string _home = Path.Combine(Path.GetTempPath(), $"cloudkick-home-{Path.GetRandomFileName()}");

    [TearDown]
    public void RemoveHome()
    {
        if (Directory.Exists(_home))
            Directory.Delete(_home, recursive: true);
    }

    [Test]
    public async Task The_running_local_is_found_by_itself(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(202, Accepted));
        using var local = new RunningLocals(new UserDirectory(_home)).Announce(SampleState.Create(processId: 1) with { RelayUrl = relay.Url });

        var run = await Invocation.RunAsync(["kick", "NL000101", "--no-wait"], cancellationToken, ("CLOUDKICK_HOME", _home));

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(relay.Requests.Single().Headers["Authorization"], Is.EqualTo("Bearer ck_local_merchant_secret"));
    }

    [Test]
    public async Task Options_win_over_variables(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(202, Accepted));

        var run = await Invocation.RunAsync(
            ["kick", "NL000101", "--no-wait", "--url", relay.Url, "--key", "ck_option"], cancellationToken,
            ("CLOUDKICK_URL", "http://127.0.0.1:1"), ("CLOUDKICK_API_KEY", "ck_variable"));

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(relay.Requests.Single().Headers["Authorization"], Is.EqualTo("Bearer ck_option"));
    }

    [Test]
    public async Task A_locals_key_is_not_sent_to_somebody_else(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken);
        using var local = new RunningLocals(new UserDirectory(_home)).Announce(SampleState.Create(processId: 1));

        var run = await Invocation.RunAsync(["kick", "NL000101", "--url", relay.Url], cancellationToken, ("CLOUDKICK_HOME", _home));

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Error, Does.Contain("--key").And.Contain("CLOUDKICK_API_KEY"));
        Assert.That(relay.Requests, Is.Empty);
    }
}
