using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.Whitelist;

[CancelAfter(30_000)]
internal sealed class WhitelistCommandsTests
{
    private const string Entry = """{"terminalId":"NL000101","label":"till 1","enabledUntil":null,"active":true,"registered":true,"createdAt":"2026-11-21T10:00:00Z","updatedAt":"2026-11-21T10:00:00Z"}""";

    [Test]
    public async Task Add_names_each_terminal_and_what_was_given_of_it(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, Report("NL000101", "created"), Report("NL000102", "updated"));

        var run = await Invocation.RunAsync(["whitelist", "add", "NL000101", "NL000102", "--label", "till"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(relay.Requests.Select(request => $"{request.Method} {request.Path} {request.Body}"), Is.EqualTo(
        [
            """POST /v1/whitelist/import {"entries":[{"terminalId":"NL000101","label":"till"}]}""",
            """POST /v1/whitelist/import {"entries":[{"terminalId":"NL000102","label":"till"}]}""",
        ]));
        Assert.That(run.Out, Does.Contain("NL000101 is on the whitelist.").And.Contain("NL000102 is on the whitelist, and its entry is changed"));
    }

    [TestCase("--until 2027-01-31T23:59:59+01:00", "2027-01-31T23:59:59+01:00")]
    [TestCase("--until never", "")]
    public async Task Add_sets_a_date_or_takes_it_away(string option, string sent, CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, Report("NL000101", "unchanged"));

        var run = await Invocation.RunAsync(["whitelist", "add", "NL000101", .. option.Split(' ')], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        var entry = System.Text.Json.JsonDocument.Parse(relay.Requests.Single().Body).RootElement.GetProperty("entries")[0];
        Assert.That(entry.EnumerateObject().Select(property => $"{property.Name}: {property.Value}"), Is.EqualTo(["terminalId: NL000101", $"enabledUntil: {sent}"]));
        Assert.That(run.Out, Does.Contain("NL000101 is on the whitelist already"));
    }

    [Test]
    public async Task A_terminals_id_cannot_leave_its_place_in_the_address(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(400, """{"title":"t","code":"invalid-request","errors":[{"field":"terminalId","message":"must be so"}]}"""));

        var run = await Invocation.RunAsync(["whitelist", "remove", "../kicks?x"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Error, Does.Contain("terminalId: must be so"));
        Assert.That(relay.Requests.Single().Path, Does.StartWith("/v1/whitelist/").And.Not.Contain("x="));
    }

    [Test]
    public async Task Remove_deletes(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(204));

        var run = await Invocation.RunAsync(["whitelist", "remove", "NL000101", "--json"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(relay.Requests.Single().Method, Is.EqualTo("DELETE"));
        Assert.That(run.JsonLines.Single().GetProperty("removed").GetBoolean(), Is.True);
    }

    [Test]
    public async Task List_follows_the_pages(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken, new(200, $$"""{"items":[{{Entry}}],"nextCursor":"a b"}"""), new(200, $$"""{"items":[{{Entry}}]}"""));

        var run = await Invocation.RunAsync(["whitelist", "list", "--prefix", "NL"], cancellationToken, relay.Variables);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Out.Split('\n').Count(line => line.StartsWith("NL000101", StringComparison.Ordinal)), Is.EqualTo(2));
        Assert.That(relay.Requests.Last().Path, Is.EqualTo("/v1/whitelist?limit=200&prefix=NL&cursor=a%20b"));
    }

    [TestCase("terminals.csv", "text/csv", "terminalId\nNL000101\n")]
    [TestCase("terminals.json", "application/json", """{"entries":[{"terminalId":"NL000101"}]}""")]
    public async Task Import_sends_the_file_as_what_it_is(string name, string type, string content, CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken,
            new ScriptedRelay.Answer(200, """{"dryRun":true,"created":1,"updated":0,"unchanged":0,"lines":[{"line":2,"terminalId":"NL000101","effect":"created","registered":false}]}"""));
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName() + name);
        await File.WriteAllTextAsync(file, content, cancellationToken);

        var run = await Invocation.RunAsync(["whitelist", "import", file, "--dry-run"], cancellationToken, relay.Variables);

        File.Delete(file);
        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        var request = relay.Requests.Single();
        Assert.That((request.Path, request.Headers["Content-Type"], request.Body), Is.EqualTo(("/v1/whitelist/import?dryRun=true", type, content)));
        Assert.That(run.Out, Does.Contain("NL000101: created; not registered for you yet").And.Contain("Would be: 1 created, 0 updated, 0 unchanged."));
    }

    private static ScriptedRelay.Answer Report(string terminal, string effect) => new(
        200, $$"""{"dryRun":false,"created":0,"updated":0,"unchanged":0,"lines":[{"line":0,"terminalId":"{{terminal}}","effect":"{{effect}}","registered":true}]}""");
}
