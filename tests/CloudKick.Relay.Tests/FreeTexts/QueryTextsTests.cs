using System.Net;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.FreeTexts;

/// <summary>What is looked for has no control characters: PostgreSQL takes no NUL.</summary>
[CancelAfter(120_000)]
internal sealed class QueryTextsTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;

    [OneTimeSetUp]
    public async Task StartRelay()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync();
    }

    [OneTimeTearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("whitelist?search=%00", "search")]
    [TestCase("whitelist?search=a%01b", "search")]
    [TestCase("kicks?reference=a%00b", "reference")]
    public async Task The_merchants_api_names_what_has_them(string call, string field, CancellationToken cancellationToken)
    {
        using var client = await _relay.CreateClientAsync(_merchant, Scopes.WhitelistRead, Scopes.KicksRead);

        var answer = await client.AskAsync("v1/" + call, cancellationToken);

        Assert.That((answer.Verdict, answer.Fields.Single()), Is.EqualTo(((400, "invalid-request"), field)), answer.Text);
    }

    [TestCase("who")]
    [TestCase("subject")]
    [TestCase("action")]
    public async Task The_platforms_api_does_too(string field, CancellationToken cancellationToken)
    {
        using var client = await _relay.CreateAdminClientAsync();

        var answer = await client.AskAsync($"v1/admin/audit?{field}=a%00", cancellationToken);

        Assert.That((answer.Verdict, answer.Fields.Single()), Is.EqualTo(((400, "invalid-request"), field)), answer.Text);
    }

    [Test]
    public async Task What_can_be_no_parameter_is_not_repeated(CancellationToken cancellationToken)
    {
        using var client = await _relay.CreateAdminClientAsync();

        var answer = await client.AskAsync("v1/admin/audit?4111111111111111=%00", cancellationToken);

        Assert.That((answer.Verdict, answer.Fields.Single()), Is.EqualTo(((400, "invalid-request"), "query")), answer.Text);
    }

    [Test]
    public async Task Space_around_it_is_no_fault(CancellationToken cancellationToken)
    {
        using var client = await _relay.CreateClientAsync(_merchant, Scopes.WhitelistRead);

        var answer = await client.AskAsync("v1/whitelist?search=%09counter%0D%0A", cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.OK), answer.Text);
    }

    [TestCase("whitelist?Search=a%00b")]
    [TestCase("whitelist?after=%00")]
    [TestCase("kicks?reference=%00")]
    [TestCase("terminals?search=%00")]
    [TestCase("audit?Who=%00&Subject=%00")]
    [TestCase("users?search=%00")]
    [TestCase("users?after=a%00")]
    public async Task A_merchants_page_goes_without_them(string page, CancellationToken cancellationToken)
    {
        var admin = await _relay.SignInAsync(_merchant, Roles.Admin, cancellationToken);

        var shown = await admin.OpenAsync($"/m/{_merchant}/{page}", cancellationToken);

        Assert.That(shown.Status, Is.EqualTo(HttpStatusCode.OK), shown.ToString());
    }

    [TestCase("merchants?Search=%00")]
    [TestCase("terminals?search=%00")]
    [TestCase("audit?Who=%00")]
    [TestCase("users?search=%00")]
    public async Task A_page_of_the_platforms_does_too(string page, CancellationToken cancellationToken)
    {
        var admin = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);

        var shown = await admin.OpenAsync($"/platform/{page}", cancellationToken);

        Assert.That(shown.Status, Is.EqualTo(HttpStatusCode.OK), shown.ToString());
    }
}
