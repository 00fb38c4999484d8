using System.Net;
using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Terminals;

/// <summary>A terminal goes from one merchant to another when both agree: the platform's calls and the merchants'.</summary>
[CancelAfter(120_000)]
internal sealed class TransferEndpointsTests
{
    private const string Proposals = "/v1/admin/transfers";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _bakery;
    private MerchantId _butcher;
    private HttpClient _admin = null!;
    private HttpClient _baker = null!;
    private HttpClient _butchers = null!;
    private int _terminals;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _bakery = await _relay.AddMerchantAsync("Bakery");
        _butcher = await _relay.AddMerchantAsync("Butcher");
        _admin = await _relay.CreateAdminClientAsync();
        _baker = await _relay.CreateClientAsync(_bakery, Scopes.WhitelistRead, Scopes.WhitelistWrite);
        _butchers = await _relay.CreateClientAsync(_butcher, Scopes.WhitelistRead, Scopes.WhitelistWrite);
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Another_merchants_terminal_cannot_be_assigned_and_the_problem_says_what_can_be_done(CancellationToken cancellationToken)
    {
        var terminal = await AddTerminalAsync(_bakery, cancellationToken);

        var refused = await _admin.PutAsync($"/v1/admin/terminals/{terminal}/merchant", new { merchantId = _butcher.Value }, cancellationToken);

        Assert.That(refused.Verdict, Is.EqualTo((409, "terminal-assigned")));
        Assert.That((string?)refused.Json["detail"], Does.Contain("POST /v1/admin/transfers"));
        Assert.That(await OwnerAsync(terminal, cancellationToken), Is.EqualTo(_bakery.Value));
    }

    [Test]
    public async Task With_the_second_yes_the_terminal_changes_hands(CancellationToken cancellationToken)
    {
        var terminal = await AddTerminalAsync(_bakery, cancellationToken);

        var proposed = await ProposeAsync(terminal, _butcher, cancellationToken);
        var id = (string)proposed.Json["id"]!;
        var outgoing = await _baker.AskAsync($"/v1/transfers/{id}", cancellationToken);
        var first = await StepAsync(_butchers, id, "agree", cancellationToken);
        var between = await OwnerAsync(terminal, cancellationToken);
        var second = await StepAsync(_baker, id, "agree", cancellationToken);
        var repeated = await StepAsync(_baker, id, "agree", cancellationToken);
        var seen = await _admin.AskAsync($"{Proposals}/{id}", cancellationToken);

        Assert.That((proposed.Status, proposed.Headers.Location?.OriginalString), Is.EqualTo((HttpStatusCode.Created, $"{Proposals}/{id}")));
        Assert.That(Facts(outgoing), Is.EqualTo("OK outgoing open True"));
        Assert.That(Facts(first), Is.EqualTo("OK incoming open False"));
        Assert.That(between, Is.EqualTo(_bakery.Value));
        Assert.That(Facts(second), Is.EqualTo("OK outgoing done False"));
        Assert.That(Facts(repeated), Is.EqualTo("OK outgoing done False"));
        Assert.That(await OwnerAsync(terminal, cancellationToken), Is.EqualTo(_butcher.Value));
        Assert.That(
            $"{seen.Json["from"]} {seen.Json["fromMerchantId"]} {seen.Json["to"]} {seen.Json["toMerchantId"]} {seen.Json["state"]}",
            Is.EqualTo($"Bakery {_bakery} Butcher {_butcher} done"));
        foreach (var merchant in new[] { _bakery, _butcher })
        {
            Assert.That(
                await ActionsAsync(merchant, terminal, cancellationToken),
                Does.Contain("terminal.transfer.propose,terminal.transfer.agree,terminal.transfer.agree,terminal.transfer"));
        }
    }

    [Test]
    public async Task One_no_ends_it_for_both(CancellationToken cancellationToken)
    {
        var terminal = await AddTerminalAsync(_bakery, cancellationToken);
        var id = (string)(await ProposeAsync(terminal, _butcher, cancellationToken)).Json["id"]!;

        var declined = await StepAsync(_butchers, id, "decline", cancellationToken);
        var repeated = await StepAsync(_butchers, id, "decline", cancellationToken);
        var late = await StepAsync(_baker, id, "agree", cancellationToken);
        var withdrawn = await _admin.PostAsync($"{Proposals}/{id}/withdraw", "{}", cancellationToken);

        Assert.That((Facts(declined), Facts(repeated)), Is.EqualTo(("OK incoming declined False", "OK incoming declined False")));
        Assert.That((late.Verdict, (string?)late.Json["state"]), Is.EqualTo(((409, "transfer-ended"), "declined")));
        Assert.That(withdrawn.Verdict, Is.EqualTo((409, "transfer-ended")));
        Assert.That(await OwnerAsync(terminal, cancellationToken), Is.EqualTo(_bakery.Value));
    }

    [Test]
    public async Task What_is_withdrawn_can_be_proposed_again(CancellationToken cancellationToken)
    {
        var terminal = await AddTerminalAsync(_bakery, cancellationToken);
        var id = (string)(await ProposeAsync(terminal, _butcher, cancellationToken)).Json["id"]!;

        var twice = await ProposeAsync(terminal, _butcher, cancellationToken);
        var withdrawn = await _admin.PostAsync($"{Proposals}/{id}/withdraw", "{}", cancellationToken);
        var repeated = await _admin.PostAsync($"{Proposals}/{id}/withdraw", "{}", cancellationToken);
        var again = await ProposeAsync(terminal, _butcher, cancellationToken);

        Assert.That(twice.Verdict, Is.EqualTo((409, "transfer-in-progress")));
        Assert.That(((string?)withdrawn.Json["state"], (string?)repeated.Json["state"]), Is.EqualTo(("withdrawn", "withdrawn")));
        Assert.That(again.Status, Is.EqualTo(HttpStatusCode.Created));
    }

    [Test]
    public async Task A_terminal_that_is_taken_away_meanwhile_stays_where_it_is(CancellationToken cancellationToken)
    {
        var terminal = await AddTerminalAsync(_bakery, cancellationToken);
        var id = (string)(await ProposeAsync(terminal, _butcher, cancellationToken)).Json["id"]!;
        await _admin.DeleteAnswerAsync($"/v1/admin/terminals/{terminal}/merchant", cancellationToken);

        await StepAsync(_baker, id, "agree", cancellationToken);
        var second = await StepAsync(_butchers, id, "agree", cancellationToken);

        Assert.That(Facts(second), Is.EqualTo("OK incoming overtaken False"));
        Assert.That(await OwnerAsync(terminal, cancellationToken), Is.Null);
        Assert.That(await ActionsAsync(_bakery, terminal, cancellationToken), Does.Contain("terminal.unassign"), "whose it was can read who took it");
    }

    [Test]
    public async Task What_cannot_be_transferred_is_said_at_its_field(CancellationToken cancellationToken)
    {
        var terminal = await AddTerminalAsync(_bakery, cancellationToken);
        var nobodys = await AddTerminalAsync(null, cancellationToken);

        var unknown = await ProposeAsync("NOBODY", _butcher, cancellationToken);
        var unassigned = await ProposeAsync(nobodys, _butcher, cancellationToken);
        var same = await ProposeAsync(terminal, _bakery, cancellationToken);
        var stranger = await ProposeAsync(terminal, new MerchantId(Guid.NewGuid()), cancellationToken);
        var empty = await _admin.PostAsync(Proposals, "{}", cancellationToken);

        Assert.That(unknown.Verdict, Is.EqualTo((404, "terminal-not-found")));
        Assert.That((unassigned.Code, unassigned.Fields[0]), Is.EqualTo(("invalid-request", "terminalId")));
        Assert.That((same.Code, same.Fields[0]), Is.EqualTo(("invalid-request", "merchantId")));
        Assert.That((stranger.Code, stranger.Fields[0]), Is.EqualTo(("invalid-request", "merchantId")));
        Assert.That(empty.Fields, Is.EquivalentTo((string[])["terminalId", "merchantId"]));
    }

    [Test]
    public async Task To_strangers_a_transfer_does_not_exist(CancellationToken cancellationToken)
    {
        var stranger = await _relay.CreateClientAsync(await _relay.AddMerchantAsync("Stranger", cancellationToken), Scopes.WhitelistRead, Scopes.WhitelistWrite);
        var terminal = await AddTerminalAsync(_bakery, cancellationToken);
        var id = (string)(await ProposeAsync(terminal, _butcher, cancellationToken)).Json["id"]!;

        var read = await stranger.AskAsync($"/v1/transfers/{id}", cancellationToken);
        var agreed = await StepAsync(stranger, id, "agree", cancellationToken);
        var declined = await StepAsync(stranger, id, "decline", cancellationToken);
        var listed = await stranger.AskAsync("/v1/transfers", cancellationToken);

        Assert.That(new[] { read, agreed, declined }.Select(answer => answer.Verdict), Is.All.EqualTo((404, "transfer-not-found")));
        Assert.That(listed.Items(), Is.Empty);
        Assert.That((string?)(await _admin.AskAsync($"{Proposals}/{id}", cancellationToken)).Json["state"], Is.EqualTo("open"));
    }

    [Test]
    public async Task Lists_go_on_where_the_page_before_ended_and_are_filtered(CancellationToken cancellationToken)
    {
        var (giver, taker) = (await _relay.AddMerchantAsync("Giver", cancellationToken), await _relay.AddMerchantAsync("Taker", cancellationToken));
        var client = await _relay.CreateClientAsync(giver, Scopes.WhitelistRead, Scopes.WhitelistWrite);
        var proposed = new List<string>();
        foreach (var terminal in new[] { await AddTerminalAsync(giver, cancellationToken), await AddTerminalAsync(giver, cancellationToken), await AddTerminalAsync(giver, cancellationToken) })
            proposed.Add((string)(await ProposeAsync(terminal, taker, cancellationToken)).Json["id"]!);
        await StepAsync(client, proposed[1], "decline", cancellationToken);

        var first = await client.AskAsync("/v1/transfers?limit=2", cancellationToken);
        var second = await client.AskAsync($"/v1/transfers?limit=2&cursor={first.Json["nextCursor"]}", cancellationToken);
        var open = await client.AskAsync("/v1/transfers?state=open", cancellationToken);
        var ofMerchant = await _admin.AskAsync($"{Proposals}?merchantId={taker}&state=declined", cancellationToken);
        var ofTerminal = await _admin.AskAsync($"{Proposals}?terminalId={first.Items().First()["terminalId"]}", cancellationToken);
        var faults = await client.AskAsync("/v1/transfers?limit=0&cursor=bm8&state=lost&terminalId=a/b", cancellationToken);

        Assert.That(Ids(first).Concat(Ids(second)), Is.EqualTo(Enumerable.Reverse(proposed)));
        Assert.That((string?)second.Json["nextCursor"], Is.Null);
        Assert.That(Ids(open), Is.EqualTo((string[])[proposed[2], proposed[0]]));
        Assert.That(Ids(ofMerchant), Is.EqualTo((string[])[proposed[1]]));
        Assert.That(Ids(ofTerminal), Is.EqualTo((string[])[proposed[2]]));
        Assert.That(faults.Fields, Is.EquivalentTo((string[])["limit", "cursor", "state", "terminalId"]));
    }

    private static IEnumerable<string> Ids(ApiAnswer page) => page.Items().Select(item => (string)item["id"]!);

    private static string Facts(ApiAnswer answer) =>
        answer.Status == HttpStatusCode.OK && answer.Json is JsonObject json ? $"OK {json["direction"]} {json["state"]} {(bool)json["awaitsYou"]!}" : answer.ToString();

    private Task<ApiAnswer> ProposeAsync(string terminal, MerchantId to, CancellationToken cancellationToken) =>
        _admin.PostAsync(Proposals, new { terminalId = terminal, merchantId = to.Value }, cancellationToken);

    private static Task<ApiAnswer> StepAsync(HttpClient client, string transfer, string step, CancellationToken cancellationToken) =>
        client.PostAsync($"/v1/transfers/{transfer}/{step}", "{}", cancellationToken);

    private async Task<string> AddTerminalAsync(MerchantId? merchant, CancellationToken cancellationToken)
    {
        var terminal = $"HAND{Interlocked.Increment(ref _terminals)}";
        var outcome = await _relay.Services.GetRequiredService<TerminalRegistry>().AddAsync(
            new NewTerminal(terminal, "GrundmasterNL") { Merchant = merchant }, Actor.Cli, cancellationToken);
        Assert.That(outcome, Is.EqualTo(TerminalOutcome.Done));
        return terminal;
    }

    private async Task<Guid?> OwnerAsync(string terminal, CancellationToken cancellationToken) =>
        (Guid?)(await _admin.AskAsync($"/v1/admin/terminals/{terminal}", cancellationToken)).Json["merchantId"];

    private async Task<string> ActionsAsync(MerchantId merchant, string terminal, CancellationToken cancellationToken) =>
        string.Join(",", await _relay.Services.GetRequiredService<TenantDatabase>().QueryAsync<string>(
            merchant, "select action from audit_log where subject = @terminal order by chain_index", new { terminal }, cancellationToken));
}
