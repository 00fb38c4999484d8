using System.Net;
using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Users;
using CloudKick.Relay.Whitelist;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Terminals;

/// <summary>An id that looks like a card number: given to no terminal, and no hindrance to one that has it already.</summary>
[CancelAfter(120_000)]
internal sealed class TerminalIdTests
{
    private const string New = "4111111111111111";
    private const string Registered = "5555555555554444";
    private const string Reason = "looks like a card number";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private HttpClient _client = null!;
    private HttpClient _operator = null!;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync("Bakery");
        _client = await _relay.CreateClientAsync(
            _merchant, Scopes.WhitelistRead, Scopes.WhitelistWrite, Scopes.TerminalsRead, Scopes.KicksRead, Scopes.KicksWrite);
        _operator = await _relay.CreateAdminClientAsync();
        // As an earlier release let it be registered.
        await _relay.Services.GetRequiredService<TenantDatabase>().ExecuteAsync(
            Tenant.Platform,
            "insert into terminals (terminal_id, merchant_id, management_system_id, thing_name) values (@Registered, @merchant, 'GrundmasterNL', @Registered)",
            new { Registered, merchant = _merchant.Value }, CancellationToken.None);
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase(New, true)]
    [TestCase("NL000101", true)]
    [TestCase("NL/000101", false)]
    [TestCase("NL000101\n", false)]
    [TestCase("", false)]
    [TestCase(null, false)]
    public void The_form_is_all_that_is_asked_of_an_id(string? id, bool isWellFormed) => Assert.That(TerminalId.IsWellFormed(id), Is.EqualTo(isWellFormed));

    [Test]
    public async Task It_is_not_registered_and_the_reason_is_told(CancellationToken cancellationToken)
    {
        var answer = await _operator.AskAsync(
            HttpMethod.Post, "v1/admin/terminals", $$"""{"terminalId":"{{New}}","managementSystemId":"GrundmasterNL"}""", cancellationToken);

        Assert.That((answer.Verdict, answer.Fields.Single()), Is.EqualTo(((400, "invalid-request"), "terminalId")));
        Assert.That(answer.Text, Does.Contain(Reason));
        Assert.That(
            () => _relay.Services.GetRequiredService<TerminalRegistry>().AddAsync(new NewTerminal(New, "GrundmasterNL"), Actor.Cli, cancellationToken),
            Throws.ArgumentException.With.Message.Contains(Reason));
    }

    [TestCase("en", "looks like a card number")]
    [TestCase("nl", "lijkt op een kaartnummer")]
    [TestCase("de", "wie eine Kartennummer")]
    [TestCase("fr", "ressemble à un numéro de carte")]
    public async Task The_pages_tell_it_too(string language, string reason, CancellationToken cancellationToken)
    {
        var platform = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        var admin = await _relay.SignInAsync(_merchant, Roles.Admin, cancellationToken);
        (platform.Language, admin.Language) = (language, language);

        var registered = await platform.SubmitAsync("/platform/terminals", cancellationToken, fields: [("NewId", New), ("ManagementSystem", "GrundmasterNL")]);
        var listed = await admin.SubmitAsync($"/m/{_merchant}/whitelist", cancellationToken, fields: [("TerminalId", New)]);
        var imported = await admin.SubmitAsync($"/m/{_merchant}/whitelist/import", cancellationToken, fields: [("Text", $"terminalId\n{New}\n")]);

        foreach (var page in new[] { registered, listed, imported })
            Assert.That(page.Text, Does.Contain(reason), page.Path);
    }

    [Test]
    public async Task Pages_find_the_terminal_that_has_it_and_say_what_was_sought(CancellationToken cancellationToken)
    {
        var platform = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        var found = await platform.OpenAsync($"/platform/terminals?search={Registered}", cancellationToken);
        var own = await platform.OpenAsync($"/m/{_merchant}/terminals?search={Registered}", cancellationToken);
        var one = await platform.OpenAsync($"/m/{_merchant}/terminals/{Registered}", cancellationToken);
        var nothing = await platform.OpenAsync($"/m/{_merchant}/terminals?search={New}", cancellationToken);
        var kicks = await platform.OpenAsync($"/m/{_merchant}/kicks?terminal={New}", cancellationToken);

        Assert.That(new[] { found, own, one, nothing, kicks }.Select(page => page.Status), Has.All.EqualTo(HttpStatusCode.OK));
        Assert.That((found.Field("search"), own.Field("search")), Is.EqualTo((Registered, Registered)));
        Assert.That(one.Field("back"), Is.EqualTo($"/m/{_merchant}/terminals/{Registered}"));
        Assert.That((nothing.Field("search"), kicks.Field("terminal")), Is.EqualTo(("", "")));
        Assert.That(new[] { nothing, kicks }.Select(page => page.Html), Has.None.Contains(New).And.All.Contains("not shown again"));
    }

    [Test]
    public async Task It_is_not_imported()
    {
        var terminals = TerminalImportFile.Read($"terminalId,managementSystemId\n{New},GrundmasterNL\n");
        var whitelist = WhitelistImportFile.FromCsv($"terminalId\n{New}\n");

        Assert.That(terminals.Lines.Single().Faults.Single().Code, Is.EqualTo(TerminalImportFault.CardNumber));
        Assert.That((whitelist.Faults.Single().Code, whitelist.Settings.Count), Is.EqualTo((ImportFault.CardNumber, 0)));
        var answer = await _client.AskAsync(HttpMethod.Post, "v1/whitelist/import", $$"""{"entries":[{"terminalId":"{{New}}"}]}""", CancellationToken.None);
        Assert.That((answer.Verdict, answer.Text.Contains(New, StringComparison.Ordinal)), Is.EqualTo(((400, "invalid-request"), false)), "nor repeated");
    }

    [Test]
    public async Task One_that_a_terminal_of_the_merchants_has_is_imported(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync("Importer", cancellationToken);
        var client = await _relay.CreateClientAsync(merchant, Scopes.WhitelistWrite);
        var admin = await _relay.SignInAsync(_merchant, Roles.Admin, cancellationToken);
        var body = $$"""{"entries":[{"terminalId":"{{Registered}}"},{"terminalId":"NL000101"}]}""";

        var own = await _client.AskAsync(HttpMethod.Post, "v1/whitelist/import?dryRun=true", body, cancellationToken);
        var others = await client.AskAsync(HttpMethod.Post, "v1/whitelist/import?dryRun=true", body, cancellationToken);
        var both = await _client.AskAsync(HttpMethod.Post, "v1/whitelist/import?dryRun=true", body.Replace("NL000101", New, StringComparison.Ordinal), cancellationToken);
        var page = await admin.SubmitAsync($"/m/{_merchant}/whitelist/import", cancellationToken, fields: [("Text", $"terminalId\n{Registered}\n")]);

        Assert.That(own.Status, Is.EqualTo(HttpStatusCode.OK), own.Text);
        Assert.That(own.Json["lines"]!.AsArray().Select(line => (string?)line!["terminalId"]), Is.EqualTo((string[])[Registered, "NL000101"]));
        Assert.That((others.Verdict, others.Text.Contains(Registered, StringComparison.Ordinal)), Is.EqualTo(((400, "invalid-request"), false)), "nor repeated");
        Assert.That((both.Fields.Single(), both.Text.Contains(New, StringComparison.Ordinal)), Is.EqualTo(("entries[1].terminalId", false)));
        Assert.That(page.Text, Does.Contain(Registered).And.Not.Contain(Reason));
    }

    [Test]
    public async Task It_comes_on_a_whitelist_only_as_a_terminal_of_the_merchants(CancellationToken cancellationToken)
    {
        var unknown = await _client.AskAsync(HttpMethod.Put, $"v1/whitelist/{New}", "{}", cancellationToken);
        var own = await _client.AskAsync(HttpMethod.Put, $"v1/whitelist/{Registered}", "{}", cancellationToken);
        var removed = await _client.AskAsync(HttpMethod.Delete, $"v1/whitelist/{Registered}", null, cancellationToken);

        Assert.That((unknown.Verdict, unknown.Text.Contains(Reason, StringComparison.Ordinal)), Is.EqualTo(((400, "invalid-request"), true)));
        Assert.That((own.Status, removed.Status), Is.EqualTo((HttpStatusCode.Created, HttpStatusCode.NoContent)));
    }

    [Test]
    public async Task A_terminal_that_has_it_is_read_changed_and_kicked(CancellationToken cancellationToken)
    {
        var read = await _client.AskAsync($"v1/terminals/{Registered}", cancellationToken);
        var patched = await _operator.AskAsync(HttpMethod.Patch, $"v1/admin/terminals/{Registered}", """{"label":"counter"}""", cancellationToken);
        var kicked = await _client.AskAsync(
            HttpMethod.Post, "v1/kicks",
            new JsonObject { ["terminalId"] = Registered, ["managementSystemId"] = "GrundmasterNL", ["accessProtocol"] = KickRequestValidator.AccessProtocol }.ToJsonString(),
            cancellationToken);
        var listed = await _client.AskAsync($"v1/kicks?terminalId={Registered}", cancellationToken);

        Assert.That((read.Status, patched.Status, listed.Status), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.OK)));
        Assert.That(kicked.Status, Is.Not.EqualTo(HttpStatusCode.BadRequest), kicked.Text);
    }
}
