using System.Text.RegularExpressions;
using CloudKick.Relay.Terminals.Import;
using CloudKick.Relay.Tests.Kicks;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Admin;

/// <summary>The platform's terminals: registered, imported, given, and passed on with both sides' consent.</summary>
[CancelAfter(120_000)]
internal sealed class PlatformTerminalPagesTests
{
    private const string Import = "/platform/terminals/import";

    private KickWorld _world = null!;
    private RelayHost _relay = null!;
    private PageClient _platform = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _world = await KickWorld.CreateAsync();
        _relay = await RelayHost.StartAsync(_world.Database);
        _platform = await _relay.SignInAsync(null, Roles.PlatformOperator);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task A_terminal_is_registered_and_given_to_a_merchant(CancellationToken cancellationToken)
    {
        var registered = await _platform.SubmitAsync(
            "/platform/terminals", cancellationToken, fields: [("NewId", "NEW1"), ("ManagementSystem", "GrundmasterNL"), ("Label", "spare"), ("Firmware", "14.0.11.01")]);
        var assigned = await _platform.SubmitAsync(
            "/platform/terminals/NEW1", cancellationToken, to: "/platform/terminals/NEW1?handler=Assign", fields: [("MerchantId", _world.Bakery.ToString())]);

        Assert.That(registered.Text, Does.Contain("The terminal is registered."));
        Assert.That(assigned.Text, Does.Contain("The terminal is the merchant's now.").And.Contain("Bakery"));
        Assert.That(await OwnerAsync("NEW1"), Is.EqualTo(_world.Bakery.Value));
    }

    [Test]
    public async Task A_merchant_goes_by_its_whole_name_where_that_is_its_alone(CancellationToken cancellationToken)
    {
        var cheese = await _relay.AddMerchantAsync("The cheese shop", cancellationToken);
        await _relay.AddMerchantAsync("The twins", cancellationToken);
        await _relay.AddMerchantAsync("The twins", cancellationToken);

        var registered = await RegisterAsync("NAMED1", " The cheese shop ");
        var ambiguous = await RegisterAsync("NAMED2", "The twins");
        var unknown = await RegisterAsync("NAMED2", "cheese shop");
        await RegisterAsync("NAMED3", "");
        var assigned = await _platform.SubmitAsync(
            "/platform/terminals/NAMED3", cancellationToken, to: "/platform/terminals/NAMED3?handler=Assign", fields: [("MerchantId", "The cheese shop")]);

        Assert.That(registered.Text, Does.Contain("The terminal is registered."));
        Assert.That(ambiguous.Text, Does.Contain("Several merchants have this name: give the id."));
        Assert.That(unknown.Text, Does.Contain("Choose a merchant, or give its id or its whole name."));
        Assert.That(assigned.Text, Does.Contain("The terminal is the merchant's now."));
        Assert.That((await OwnerAsync("NAMED1"), await OwnerAsync("NAMED3")), Is.EqualTo((cheese.Value, cheese.Value)));
        Assert.That(unknown.Html.IndexOf("The twins", StringComparison.Ordinal), Is.LessThan(unknown.Html.IndexOf("The cheese shop", StringComparison.Ordinal)), "the newest first");

        Task<PageAnswer> RegisterAsync(string terminal, string merchant) => _platform.SubmitAsync(
            "/platform/terminals", cancellationToken, fields: [("NewId", terminal), ("ManagementSystem", "GrundmasterNL"), ("MerchantId", merchant)]);
    }

    [Test]
    public async Task What_is_wrong_with_a_terminal_is_said_at_its_field(CancellationToken cancellationToken)
    {
        var page = await _platform.SubmitAsync(
            "/platform/terminals", cancellationToken, fields: [("NewId", KickWorld.OfBakery), ("ManagementSystem", "GrundmasterNL"), ("Firmware", "")]);
        var reserved = await _platform.SubmitAsync(
            "/platform/terminals", cancellationToken, fields: [("NewId", "relay"), ("ManagementSystem", "GrundmasterNL"), ("Firmware", "")]);

        Assert.That(page.Text, Does.Contain("A terminal with this id is registered already."));
        Assert.That(reserved.Text, Does.Contain("choose another id"));
    }

    [Test]
    public async Task A_faulty_line_of_an_import_shows_what_was_sent_and_all_its_faults(CancellationToken cancellationToken)
    {
        var page = await _platform.SubmitAsync(
            Import, cancellationToken, fields: [("Csv", "terminalId,managementSystemId,firmwareVersion\nno id,Nowhere,new\nrelay-1,GrundmasterNL,new\n")]);

        Assert.That(page.Html, Does.Contain(">no id<").And.Contain(">relay-1<"));
        Assert.That(page.Text.Split("There is no such management system."), Has.Length.EqualTo(2));
        Assert.That(Regex.Count(page.Html, "class=\"fault\""), Is.EqualTo(5), page.Text);
    }

    [Test]
    public async Task An_import_shows_what_it_does_and_does_it_when_all_lines_are_right(CancellationToken cancellationToken)
    {
        const string Lines = $"terminalId,managementSystemId,label\nIMP1,GrundmasterNL,one\nIMP2,GrundmasterBE,\"two, left\"\n{KickWorld.OfBakery},GrundmasterNL,\n";

        var faulty = await _platform.SubmitAsync(Import, cancellationToken, to: Import + "?handler=Import", fields: [("Csv", Lines + "bad id,GrundmasterNL,\nIMP3,Nowhere,\n")]);
        var after = await OwnersAsync("IMP");
        var preview = await _platform.SubmitAsync(Import, cancellationToken, fields: [("Csv", Lines)]);
        var still = await OwnersAsync("IMP");
        var done = await _platform.SubmitAsync(Import, cancellationToken, to: Import + "?handler=Import", fields: [("Csv", Lines)]);

        Assert.That(faulty.Text, Does.Contain("Some lines have faults.").And.Contain("There is no such management system."));
        Assert.That(preview.Html.IndexOf("<table>", StringComparison.Ordinal), Is.LessThan(preview.Html.IndexOf("id=\"lines\"", StringComparison.Ordinal)), "the result stands before the form");
        Assert.That(preview.Text, Does.Contain("will be registered").And.Contain("registered already: stays as it is"));
        Assert.That((after, still), Is.EqualTo((0, 0)));
        Assert.That(done.Text, Does.Contain("Done. What each line did is below."));
        Assert.That(await OwnersAsync("IMP"), Is.EqualTo(2));
    }

    [Test]
    public async Task A_terminal_changes_hands_when_both_sides_agree(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        using var giver = await _relay.SignInAsync(_world.Bakery, Roles.Admin, cancellationToken);
        using var taker = await _relay.SignInAsync(_world.Butcher, Roles.Admin, cancellationToken);

        var proposed = await ProposeAsync(terminal, cancellationToken);
        var transfer = (await giver.OpenAsync($"/m/{_world.Bakery}/transfers", cancellationToken)).Field("transfer");
        var hint = await giver.OpenAsync($"/m/{_world.Bakery}/terminals", cancellationToken);
        var first = await AnswerAsync(giver, _world.Bakery.ToString(), "Agree", transfer, cancellationToken);
        var between = await OwnerAsync(terminal);
        var second = await AnswerAsync(taker, _world.Butcher.ToString(), "Agree", transfer, cancellationToken);

        Assert.That(proposed.Text, Does.Contain("Both merchants are asked.").And.Contain("from Bakery to Butcher"));
        Assert.That(hint.Text, Does.Contain("Transfers that wait for your answer: 1"));
        Assert.That(first.Text, Does.Contain("The other side is still asked."));
        Assert.That(between, Is.EqualTo(_world.Bakery.Value));
        Assert.That(second.Text, Does.Contain("the terminal has changed hands"));
        Assert.That(await OwnerAsync(terminal), Is.EqualTo(_world.Butcher.Value));
        Assert.That(
            await _world.ScalarAsync<int>("select count(*)::int from audit_log where subject = @terminal and action = 'terminal.transfer'", new { terminal }),
            Is.EqualTo(2), "in the chains of both");
    }

    [Test]
    public async Task One_no_ends_a_transfer_and_strangers_and_the_platform_cannot_answer(CancellationToken cancellationToken)
    {
        var terminal = await _world.AddTerminalAsync(_world.Bakery);
        await ProposeAsync(terminal, cancellationToken);
        using var giver = await _relay.SignInAsync(_world.Bakery, Roles.Admin, cancellationToken);
        var transfer = (await giver.OpenAsync($"/m/{_world.Bakery}/transfers", cancellationToken)).Field("transfer");
        var stranger = await _relay.AddMerchantAsync("Stranger", cancellationToken);
        using var strangers = await _relay.SignInAsync(stranger, Roles.Admin, cancellationToken);
        var token = await strangers.TokenAsync("/account", cancellationToken);

        var byStranger = await strangers.PostAsync($"/m/{stranger}/transfers?handler=Agree", token, cancellationToken, fields: ("transfer", transfer));
        var byPlatform = await _platform.PostAsync(
            $"/m/{_world.Bakery}/transfers?handler=Agree", await _platform.TokenAsync("/account", cancellationToken), cancellationToken, fields: ("transfer", transfer));
        var declined = await AnswerAsync(giver, _world.Bakery.ToString(), "Decline", transfer, cancellationToken);

        Assert.That(((int)byStranger.Status, (int)byPlatform.Status), Is.EqualTo((404, 403)));
        Assert.That(declined.Text, Does.Contain("The terminal stays where it is."));
        Assert.That(await OwnerAsync(terminal), Is.EqualTo(_world.Bakery.Value));
    }

    [TestCase("", "la première ligne nomme les colonnes terminalId,managementSystemId")]
    [TestCase("id,label", "une colonne inconnue en position 1 ; il y a terminalId,")]
    [TestCase("terminalId,managementSystemId,5500 0000 0000 0004", "une colonne inconnue en position 3 ; il y a terminalId,")]
    [TestCase("terminalId,label", "doit nommer les colonnes terminalId et managementSystemId")]
    [TestCase("terminalId,managementSystemId\n\"open", "Ligne 2 : ")]
    [TestCase(
        "connectMode,terminalId,managementSystemId,firmwareVersion,label,subscriptionTopic\n3.0,A1,,fourteen,\"a\tb\",a/b\n2.0,A1,GrundmasterNL,,,\n2.0,a/b,GrundmasterNL\n2.0,a/b,GrundmasterNL,,,\n",
        "managementSystemId manque.|nombres séparés par des points|connectMode est 1.0, 2.0 ou both|ni tabulation|déjà à la ligne 2|La ligne a 3 champs|1 à 16 lettres|subscriptionTopic a 1")]
    public async Task What_is_wrong_with_an_import_file_is_said_in_the_readers_language(string text, string said, CancellationToken cancellationToken)
    {
        using var browser = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        browser.Language = "fr";

        var answer = await browser.SubmitAsync("/platform/terminals/import", cancellationToken, fields: [("Csv", text)]);

        foreach (var words in said.Split('|'))
            Assert.That(answer.Text, Does.Contain(words));
        Assert.That(answer.Text, Does.Not.Contain("ImportFault-").And.Not.Contain("Whitelist.Fault-"));
    }

    [Test]
    public void Every_fault_of_a_line_is_named()
    {
        var file = TerminalImportFile.Read(
            "connectMode,terminalId,managementSystemId,firmwareVersion\n2.0,A1,GrundmasterNL,14.0.11.01\n3.0,A1,,fourteen\n2.0,A2\n");

        Assert.That(file.Lines.Select(line => line.Number), Is.EqualTo((int[])[2, 3, 4]));
        Assert.That(file.Lines[0].Terminal!.Settings.FirmwareVersion, Is.EqualTo("14.0.11.01"));
        Assert.That(file.Lines[1].Faults, Has.Count.EqualTo(4));
        Assert.That(file.Lines[2].Faults, Has.One.Matches<TerminalImportFault>(fault => fault.Code == TerminalImportFault.Fields && fault.Facts is [2, 4]));
        Assert.That(file.Lines[2].TerminalId, Is.EqualTo("A2"), "what was sent stays recognisable");
    }

    [Test]
    public void An_unknown_column_is_told_by_its_place_and_not_by_what_stands_there()
    {
        var fault = TerminalImportFile.Read("terminalId,5500 0000 0000 0004,managementSystemId\n").Fault!;

        Assert.That(fault.Facts, Is.EqualTo(new object[] { 2, string.Join(',', TerminalImportFile.Columns) }));
        Assert.That(fault.Message, Does.Not.Contain("5500"));
    }

    private Task<PageAnswer> ProposeAsync(string terminal, CancellationToken cancellationToken) => _platform.SubmitAsync(
        $"/platform/terminals/{terminal}", cancellationToken, to: $"/platform/terminals/{terminal}?handler=Transfer", fields: [("MerchantId", _world.Butcher.ToString())]);

    private static Task<PageAnswer> AnswerAsync(PageClient browser, string merchant, string answer, string transfer, CancellationToken cancellationToken) =>
        browser.SubmitAsync($"/m/{merchant}/transfers", cancellationToken, to: $"/m/{merchant}/transfers?handler={answer}", fields: [("transfer", transfer)]);

    private Task<Guid> OwnerAsync(string terminal) => _world.ScalarAsync<Guid>("select merchant_id from terminals where terminal_id = @terminal", new { terminal });

    private Task<int> OwnersAsync(string prefix) =>
        _world.ScalarAsync<int>("select count(*)::int from terminals where starts_with(terminal_id, @prefix)", new { prefix });
}
