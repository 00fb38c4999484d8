using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary><c>doctor terminal</c>: the relay's diagnosis on the screen.</summary>
internal sealed class DoctorTerminalTests
{
    private const string Problem =
        """
        {"terminalId":"NL000123","verdict":"problem","cause":"connection","summary":"Niet verbonden sinds gisteren.","language":"nl","checkedAt":"2026-11-21T12:00:00Z","checks":[
          {"code":"whitelist","outcome":"listed","title":"Whitelist","verdict":"ok","evidence":"Staat erin.","fix":null},
          {"code":"connection","outcome":"lost","title":"Verbinding","verdict":"problem","evidence":"Niet verbonden sinds gisteren.","fix":"Controleer stroom en kabel."},
          {"code":"network","outcome":"on-site","title":"DNS en firewall","verdict":"unknown","evidence":"Alleen ter plaatse te zien.","fix":"Ter plaatse kijken."}]}
        """;

    private const string Well =
        """{"terminalId":"NL000123","verdict":"ok","cause":null,"summary":"Nothing stands in a kick's way.","language":"en","checkedAt":"2026-11-21T12:00:00Z","checks":[{"code":"whitelist","outcome":"listed","title":"Whitelist","verdict":"ok","evidence":"On it.","fix":null}]}""";

    [Test, CancelAfter(30_000)]
    public async Task A_problem_is_shown_in_the_language_asked_for_and_ends_with_1(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(200, Problem));

        var run = await Invocation.RunAsync(["doctor", "terminal", "NL000123", "--language", "nl"], cancellationToken, relay.Variables);

        Assert.That(relay.Requests.Single().Path, Is.EqualTo("/v1/terminals/NL000123/diagnosis?lang=nl"));
        Assert.That(run.Out.ReplaceLineEndings("\n"), Is.EqualTo(
            """
            ok        whitelist   Staat erin.
            probleem  connection  Niet verbonden sinds gisteren.
                        doe       Controleer stroom en kabel.
            onbekend  network     Alleen ter plaatse te zien.
                        doe       Ter plaatse kijken.

            NL000123: Niet verbonden sinds gisteren.

            """.ReplaceLineEndings("\n")));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_program_gets_the_relays_answer_whole(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(200, Well));

        var run = await Invocation.RunAsync(["doctor", "terminal", "NL000123", "--json"], cancellationToken, relay.Variables);

        Assert.That(run.JsonLines.Single().GetProperty("checks")[0].GetProperty("outcome").GetString(), Is.EqualTo("listed"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test, CancelAfter(30_000)]
    public async Task An_operator_asks_about_any_terminal(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(200, Well));

        await Invocation.RunAsync(["doctor", "terminal", "NL000123"], cancellationToken, ("CLOUDKICK_URL", relay.Url), ("CLOUDKICK_ADMIN_KEY", "ck_test_operator"));

        Assert.That(relay.Requests.Single().Path, Is.EqualTo("/v1/admin/terminals/NL000123/diagnosis?lang=en"));
        Assert.That(relay.Requests.Single().Headers["Authorization"], Is.EqualTo("Bearer ck_test_operator"));
    }

    [Test, CancelAfter(30_000)]
    public async Task A_terminal_that_is_not_ones_own_is_refused(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken, new ScriptedRelay.Answer(404, """{"title":"There is no such terminal","detail":"You have no terminal NL000999.","code":"terminal-not-found"}"""));

        var run = await Invocation.RunAsync(["doctor", "terminal", "NL000999"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Refused));
        Assert.That(run.Error, Does.Contain("You have no terminal NL000999."));
    }

    [Test]
    public async Task A_language_that_is_not_spoken_is_a_wrong_command_line() =>
        Assert.That((await Invocation.RunAsync(["doctor", "terminal", "NL000123", "--language", "es"], CancellationToken.None)).ExitCode, Is.EqualTo(ExitCode.Usage));
}
