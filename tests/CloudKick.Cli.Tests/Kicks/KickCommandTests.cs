using System.Text.Json;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.Kicks;

[CancelAfter(30_000)]
internal sealed class KickCommandTests
{
    private const string Escape = "\u001b[";

    [Test]
    public async Task The_ladder_is_shown_once_in_its_order_with_times(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken,
            new(202, Kick("accepted", "pending", Step("accepted", 0))),
            new(200, Kick("published", "pending", Step("accepted", 0), Step("published", 12.3))),
            new(200, Kick("published", "pending", Step("accepted", 0), Step("published", 12.3))),
            new(200, Kick("connected", "coupled", Step("accepted", 0), Step("published", 12.3), Step("delivered", 20), Step("connected", 31.5))));

        var run = await Invocation.RunAsync(["kick", "NL000101"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(StepsIn(run.Out), Is.EqualTo("accepted published delivered connected"));
        Assert.That(run.Out, Does.Contain("kck_1").And.Contain("NL000101").And.Contain("12.3 ms").And.Contain("31.5 ms").And.Contain("Coupled"));
        Assert.That(run.Out, Does.Not.Contain(Escape));
    }

    [Test]
    public async Task A_late_acknowledgement_is_waited_for_a_moment(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken,
            new(201, Kick("connected", "coupled", Step("accepted", 0), Step("published", 5), Step("delivered", null, "not_observed"), Step("connected", 9))),
            new(200, Kick("connected", "coupled", Step("accepted", 0), Step("published", 5), Step("delivered", 11), Step("connected", 9))));

        var run = await Invocation.RunAsync(["kick", "NL000101"], cancellationToken, relay.Variables);

        Assert.That(run.Out, Does.Contain("11.0 ms").And.Not.Contain("not observed"));
    }

    [Test]
    public async Task A_terminal_that_is_coupled_already_has_no_ladder_to_climb(CancellationToken cancellationToken)
    {
        var kick = Kick("connected", "coupled", Step("accepted", 0), Step("published", null, "not_observed"), Step("delivered", null, "not_observed"), Step("connected", 0))
            .Replace("acked", "never_sent", StringComparison.Ordinal);
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(201, kick));

        var run = await Invocation.RunAsync(["kick", "NL000101"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Out, Does.Contain("had its session open already").And.Not.Contain("not observed"));
    }

    [Test]
    public async Task A_kick_that_expires_is_not_coupled_and_says_what_to_do(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken,
            new(202, Kick("published", "pending", Step("accepted", 0), Step("published", 3))),
            new(200, Kick("expired", "not_coupled", Step("accepted", 0), Step("published", 3), Step("delivered", null, "not_reached"), Step("connected", null, "not_reached"))));

        var run = await Invocation.RunAsync(["kick", "NL000101"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.NotCoupled));
        Assert.That(run.Out, Does.Contain("Not coupled").And.Contain("expired").And.Contain("Look at the terminal").And.Contain("safe to kick again"));
    }

    [TestCase(403, "terminal-not-whitelisted", ExitCode.Refused)]
    [TestCase(401, "unauthorized", ExitCode.Refused)]
    [TestCase(409, "terminal-offline", ExitCode.NotCoupled)]
    [TestCase(400, "invalid-request", ExitCode.Usage)]
    [TestCase(503, "database-unavailable", ExitCode.Unavailable)]
    [TestCase(500, "internal-error", ExitCode.Failed)]
    public async Task A_refusal_gives_the_relays_words_and_an_exit_code(int status, string code, int exitCode, CancellationToken cancellationToken)
    {
        var problem = $$"""{"title":"Title of {{code}}","detail":"Detail of it","code":"{{code}}","retrySafe":true,"traceId":"1"}""";
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new(status, problem), new(status, problem));

        var people = await Invocation.RunAsync(["kick", "NL000101"], cancellationToken, relay.Variables);
        var program = await Invocation.RunAsync(["kick", "NL000101", "--json"], cancellationToken, relay.Variables);

        Assert.That(people.ExitCode, Is.EqualTo(exitCode));
        Assert.That(people.Error, Does.Contain($"Title of {code}").And.Contain("Detail of it"));
        Assert.That(program.ExitCode, Is.EqualTo(exitCode));
        Assert.That(program.Out, Is.Empty);
        Assert.That(JsonDocument.Parse(program.Error).RootElement.GetProperty("code").GetString(), Is.EqualTo(code));
    }

    [Test]
    public async Task Json_is_the_final_kick_alone_on_standard_output(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken,
            new(202, Kick("accepted", "pending", Step("accepted", 0))),
            new(200, Kick("connected", "coupled", Step("accepted", 0), Step("published", 1), Step("delivered", 2), Step("connected", 3))));

        var run = await Invocation.RunAsync(["kick", "NL000101", "--json"], cancellationToken, relay.Variables);

        Assert.That(run.JsonLines, Has.Count.EqualTo(1));
        Assert.That(run.JsonLines[0].GetProperty("outcome").GetString(), Is.EqualTo("coupled"));
        Assert.That(run.JsonLines[0].GetProperty("ladder").GetArrayLength(), Is.EqualTo(4));
        Assert.That(StepsIn(run.Error), Is.EqualTo("accepted published delivered connected"), "people still see it happen");
    }

    [Test]
    public async Task The_request_carries_what_the_command_line_said(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(202, Kick("accepted", "pending", Step("accepted", 0))));

        var run = await Invocation.RunAsync(
            [
                "kick", "BE000007", "--management-system", "GrundmasterBE", "--ttl", "12", "--reference", "order 7", "--try-offline",
                "--idempotency-key", "once", "--no-wait",
            ],
            cancellationToken,
            relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(relay.Requests.TryDequeue(out var request), Is.True);
        Assert.That((request!.Method, request.Path), Is.EqualTo(("POST", "/v1/kicks")));
        Assert.That(request.Headers["Authorization"], Is.EqualTo("Bearer ck_test_key"));
        Assert.That(request.Headers["Idempotency-Key"], Is.EqualTo("once"));
        var body = JsonDocument.Parse(request.Body).RootElement;
        Assert.That(body.GetProperty("terminalId").GetString(), Is.EqualTo("BE000007"));
        Assert.That(body.GetProperty("managementSystemId").GetString(), Is.EqualTo("GrundmasterBE"));
        Assert.That(body.GetProperty("accessProtocol").GetString(), Is.EqualTo("OPI_NL"));
        Assert.That(body.GetProperty("ttlSeconds").GetInt32(), Is.EqualTo(12));
        Assert.That(body.GetProperty("onOffline").GetString(), Is.EqualTo("try"));
        Assert.That(relay.Requests, Is.Empty, "nothing is asked after the kick was accepted");
    }

    [Test]
    public async Task Too_many_requests_are_repeated_when_the_relay_says(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken,
            new(429, """{"title":"Too many requests","code":"rate-limited"}""", [("Retry-After", "0")]),
            new(202, Kick("accepted", "pending", Step("accepted", 0))));

        var run = await Invocation.RunAsync(["kick", "NL000101", "--no-wait"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
    }

    [Test]
    public async Task Something_else_than_a_relay_is_named_as_such(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new(200, "<html>"), new(502, "<html>"));

        var other = await Invocation.RunAsync(["kick", "NL000101"], cancellationToken, relay.Variables);
        var proxy = await Invocation.RunAsync(["kick", "NL000101"], cancellationToken, relay.Variables);

        Assert.That((other.ExitCode, proxy.ExitCode), Is.EqualTo((ExitCode.Failed, ExitCode.Unavailable)));
        Assert.That(other.Error, Does.Contain("not a CloudKick relay"));
        Assert.That(proxy.Error, Does.Contain("not a CloudKick relay"));
    }

    [Test]
    public async Task An_address_where_nothing_listens_is_unavailable(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken);
        var url = relay.Url;
        await relay.DisposeAsync();

        var run = await Invocation.RunAsync(["kick", "NL000101", "--url", url, "--key", "k"], cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Unavailable));
        Assert.That(run.Error, Does.Contain(url).And.Contain("cloudkick local").And.Not.Contain("Exception"));
    }

    private static string StepsIn(string text) => string.Join(' ', text.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(words => words is ["✓", ..])
        .Select(words => words[1]));

    private static string Step(string step, double? after, string status = "done") =>
        JsonSerializer.Serialize(new { step, status, at = "2026-11-21T10:00:00Z", afterMilliseconds = after });

    private static string Kick(string state, string outcome, params string[] ladder) =>
        $$"""
        {"id":"kck_1","terminalId":"NL000101","managementSystemId":"GrundmasterNL","accessProtocol":"OPI_NL","state":"{{state}}","outcome":"{{outcome}}",
        "retrySafe":{{(outcome == "pending" ? "false" : "true")}},"brokerOutcome":"acked","acceptedAt":"2026-11-21T10:00:00Z","expiresAt":"2026-11-21T10:00:30Z",
        {{(outcome == "pending" ? "" : """ "endedAt":"2026-11-21T10:00:01Z","advice":"Look at the terminal.",""")}}
        "ladder":[{{string.Join(',', ladder)}}]}
        """;
}
