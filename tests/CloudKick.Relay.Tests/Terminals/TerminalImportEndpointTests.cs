using System.Text;
using CloudKick.Relay.Csv;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Terminals;

[CancelAfter(120_000)]
internal sealed class TerminalImportEndpointTests
{
    private const string Header = "terminalId,managementSystemId,label,firmwareVersion,connectMode,subscriptionTopic\n";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private HttpClient _admin = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _admin = await _relay.CreateAdminClientAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task New_terminals_are_registered_with_all_that_is_said_of_them_and_known_ones_stay(CancellationToken cancellationToken)
    {
        await _admin.PostAsync("/v1/admin/terminals", new { terminalId = "IMA1", managementSystemId = "GrundmasterNL", label = "as it was" }, cancellationToken);
        const string Lines = Header + "IMA1,GrundmasterNL,another,,,\nIMA2,GrundmasterBE,\"two, left\",14.0.11.01,both,BE-SPARE\n";

        var dry = await ImportAsync(Lines, "?dryRun=true", cancellationToken);
        var between = await NamesAsync("IMA", cancellationToken);
        var answer = await ImportAsync(Lines, "", cancellationToken);
        var again = await ImportAsync(Lines, "", cancellationToken);

        Assert.That(((int)dry.Status, dry.Json["lines"]!.ToJsonString()), Is.EqualTo((200, answer.Json["lines"]!.ToJsonString())));
        Assert.That(between, Is.EqualTo("IMA1 as it was"));
        Assert.That(
            answer.Json.ToJsonString(),
            Is.EqualTo("""{"dryRun":false,"created":1,"unchanged":1,"lines":[{"line":2,"terminalId":"IMA1","effect":"unchanged"},{"line":3,"terminalId":"IMA2","effect":"created"}]}"""));
        Assert.That(await NamesAsync("IMA", cancellationToken), Is.EqualTo("IMA1 as it was, IMA2 two, left"));
        var made = (await _admin.AskAsync("/v1/admin/terminals/IMA2", cancellationToken)).Json;
        Assert.That($"{made["firmwareVersion"]} {made["connectMode"]} {made["topic"]} {made["thingName"]}", Is.EqualTo("14.0.11.01 both BE-SPARE/IMA2 IMA2"));
        Assert.That((int?)again.Json["created"], Is.Zero);
        var audited = await _admin.AskAsync("/v1/admin/audit?action=terminal.add&subject=IMA2", cancellationToken);
        Assert.That(audited.Items().Select(row => (string?)row["after"]!["label"]), Is.EqualTo(new[] { "two, left" }));
        Assert.That((bool?)(await _admin.AskAsync("/v1/admin/audit/verification", cancellationToken)).Json["isWhole"], Is.True);
    }

    [Test]
    public async Task With_a_fault_nothing_is_registered_and_every_line_is_told_of(CancellationToken cancellationToken)
    {
        await _admin.PostAsync("/v1/admin/terminals", new { terminalId = "IMB9", managementSystemId = "GrundmasterNL", thingName = "IMB7" }, cancellationToken);

        var answer = await ImportAsync(
            Header + "IMB1,GrundmasterNL,fine,,,\nb/2,,\"a\tb\",fourteen,3.0,a/b\nIMB1,GrundmasterNL,,,,\nIMB4,Nowhere,,,,\nrelay,GrundmasterNL,,,,\nIMB7,GrundmasterNL,,,,\nIMB8\n",
            "", cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((400, "invalid-request")));
        Assert.That(answer.Fields, Is.EqualTo(new[]
        {
            "lines[3].terminalId", "lines[3].managementSystemId", "lines[3].label", "lines[3].firmwareVersion", "lines[3].connectMode", "lines[3].subscriptionTopic",
            "lines[4].terminalId", "lines[5].managementSystemId", "lines[6].terminalId", "lines[7].terminalId", "lines[8]",
        }));
        Assert.That(answer.Json["errors"]!.AsArray().Select(error => (string?)error!["code"]).Skip(6), Is.EqualTo(new[]
        {
            TerminalImportFault.Twice, TerminalImportFault.UnknownManagementSystem, TerminalImportFault.ReservedTerminalId, TerminalImportFault.ThingNameTaken, TerminalImportFault.Fields,
        }));
        Assert.That(
            answer.Json["lines"]!.AsArray().Select(line => (string?)line!["effect"]),
            Is.EqualTo(new[] { "created", "faulty", "faulty", "faulty", "faulty", "faulty", "faulty" }));
        Assert.That(await NamesAsync("IMB", cancellationToken), Is.EqualTo("IMB9 "));
    }

    [Test]
    public async Task Semicolons_and_a_byte_order_mark_are_taken(CancellationToken cancellationToken)
    {
        var answer = await ImportAsync("\uFEFFmanagementSystemId;terminalId;label\r\nGrundmasterNL;IMC1;Kassa 1, links\r\n", "", cancellationToken);

        Assert.That((int)answer.Status, Is.EqualTo(200), answer.Text);
        Assert.That(await NamesAsync("IMC", cancellationToken), Is.EqualTo("IMC1 Kassa 1, links"));
    }

    [TestCase("", "body", TerminalImportFault.Empty)]
    [TestCase("terminalId,managementSystemId\n", "body", TerminalImportFault.Empty)]
    [TestCase("terminalId,merchantId\n", "lines[1]", TerminalImportFault.UnknownColumn)]
    [TestCase("terminalId,label\n", "lines[1]", TerminalImportFault.Columns)]
    [TestCase("terminalId,managementSystemId\nX1,\"", "lines[2]", TerminalImportFault.NotCsv)]
    public async Task What_is_no_such_file_is_told_so(string text, string field, string code, CancellationToken cancellationToken)
    {
        var answer = await ImportAsync(text, "", cancellationToken);

        var error = answer.Json["errors"]![0]!;
        Assert.That(((string?)error["field"], (string?)error["code"]), Is.EqualTo((field, code)));
    }

    [Test]
    public async Task Other_bytes_and_too_many_are_refused(CancellationToken cancellationToken)
    {
        var latin = await _admin.PostContentAsync("/v1/admin/terminals/import", [.. "terminalId\n"u8, 0xE9], "text/csv", cancellationToken);
        var json = await _admin.PostContentAsync("/v1/admin/terminals/import", [.. "{}"u8], "application/json", cancellationToken);
        var large = await _admin.PostContentAsync("/v1/admin/terminals/import", new byte[CsvRequest.MaximumBytes + 1], "text/csv", cancellationToken);

        Assert.That((latin.Verdict, latin.Fields.Single()), Is.EqualTo(((400, "invalid-request"), "body")));
        Assert.That(json.Verdict, Is.EqualTo((415, "unsupported-media-type")));
        Assert.That(large.Verdict, Is.EqualTo((413, "payload-too-large")));
    }

    [Test]
    public async Task Two_imports_of_the_same_terminals_at_once_register_each_once(CancellationToken cancellationToken)
    {
        var lines = "terminalId,managementSystemId\n" + string.Concat(Enumerable.Range(0, 500).Select(n => $"IMD{n},GrundmasterNL\n"));

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ImportAsync(lines, "", cancellationToken)));

        Assert.That(answers.Select(answer => (int)answer.Status), Has.All.EqualTo(200));
        Assert.That(answers.Sum(answer => (int)answer.Json["created"]!), Is.EqualTo(500));
    }

    private Task<ApiAnswer> ImportAsync(string csv, string query, CancellationToken cancellationToken) =>
        _admin.PostContentAsync("/v1/admin/terminals/import" + query, Encoding.UTF8.GetBytes(csv), "text/csv", cancellationToken);

    private async Task<string> NamesAsync(string prefix, CancellationToken cancellationToken) => string.Join(
        ", ", (await _admin.AskAsync($"/v1/admin/terminals?prefix={prefix}", cancellationToken)).Items().Select(item => $"{item["terminalId"]} {item["label"]}"));
}
