using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.CloudConnect;

/// <summary><c>migration plan</c>: the relay's plan on the screen.</summary>
internal sealed class MigrationCommandsTests
{
    private const string Plan =
        """
        {"merchantId":"0192f000-0000-7000-8000-000000000001","step":"installation","summary":"2 of 3 terminals are not done.","language":"en","checkedAt":"2026-11-21T12:00:00Z",
         "terminalCount":3,"onCloudConnect1Count":2,
         "steps":[
           {"step":"whitelist","title":"On the whitelist","status":"done","atCount":0,"doneCount":3,"todo":null,"blockedBy":null,"block":null},
           {"step":"installation","title":"Installation","status":"now","atCount":1,"doneCount":2,"todo":"Do a hardware installation.","blockedBy":null,"block":null},
           {"step":"till","title":"The till","status":"waiting","atCount":1,"doneCount":1,"todo":"Ask the supplier.","blockedBy":"installation","block":"Waits for: Installation."}],
         "terminals":[
           {"terminalId":"NL000101","label":"","connectMode":"1.0","step":"installation","outcome":"never-connected","status":"now","evidence":"It has never connected.","todo":"Set MqtServiceEnable."},
           {"terminalId":"NL000102","label":"","connectMode":"both","step":"till","outcome":"old","status":"waiting","evidence":"The till asks the 1.0 way.","todo":"Nothing now."}]}
        """;

    [Test, CancelAfter(30_000)]
    public async Task The_steps_come_first_and_then_the_terminals_that_are_not_done(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(200, Plan));

        var run = await Invocation.RunAsync(["migration", "plan", "--language", "en"], cancellationToken, relay.Variables);

        Assert.That(relay.Requests.Single().Path, Is.EqualTo("/v1/migration-plan?lang=en&limit=200"));
        Assert.That(run.Out.ReplaceLineEndings("\n"), Is.EqualTo(
            """
            2 of 3 terminals are not done.

            done     On the whitelist  3/3
            now      Installation      2/3
                       →               Do a hardware installation.
            waiting  The till          1/3  Waits for: Installation.

            now      NL000101 (1.0)   It has never connected.
                       →              Set MqtServiceEnable.
            waiting  NL000102 (both)  The till asks the 1.0 way.
                       →              Nothing now.

            """.ReplaceLineEndings("\n")));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done));
    }

    [Test, CancelAfter(30_000)]
    public async Task Terminals_are_those_of_all_pages(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken,
            new ScriptedRelay.Answer(200, Plan[..^1] + ",\"nextCursor\":\"a b\"}"),
            new ScriptedRelay.Answer(200, Plan.Replace("NL00010", "NL00020", StringComparison.Ordinal)));

        var run = await Invocation.RunAsync(["migration", "plan", "--json"], cancellationToken, relay.Variables);

        var plan = run.JsonLines.Single();
        Assert.That(relay.Requests.Last().Path, Is.EqualTo("/v1/migration-plan?lang=en&limit=200&cursor=a%20b"));
        Assert.That(
            plan.GetProperty("terminals").EnumerateArray().Select(terminal => terminal.GetProperty("terminalId").GetString()),
            Is.EqualTo((string[])["NL000101", "NL000102", "NL000201", "NL000202"]));
        Assert.That(plan.TryGetProperty("nextCursor", out _), Is.False);
    }

    [Test, CancelAfter(30_000)]
    public async Task What_is_no_plan_is_said_to_be_none(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(200, "{}"));

        var run = await Invocation.RunAsync(["migration", "plan"], cancellationToken, relay.Variables);

        Assert.That(run.Error, Does.Contain("no migration plan"));
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Failed));
    }

    [Test, CancelAfter(30_000)]
    public async Task An_operator_names_the_merchant(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(200, Plan));

        var run = await Invocation.RunAsync(
            ["migration", "plan", "--merchant", "0192f000-0000-7000-8000-000000000001", "--language", "fr", "--json"], cancellationToken,
            ("CLOUDKICK_URL", relay.Url), ("CLOUDKICK_ADMIN_KEY", "ck_test_operator"));

        Assert.That(relay.Requests.Single().Path, Is.EqualTo("/v1/admin/merchants/0192f000-0000-7000-8000-000000000001/migration-plan?lang=fr&limit=200"));
        Assert.That(run.JsonLines.Single().GetProperty("steps")[2].GetProperty("blockedBy").GetString(), Is.EqualTo("installation"));
    }
}
