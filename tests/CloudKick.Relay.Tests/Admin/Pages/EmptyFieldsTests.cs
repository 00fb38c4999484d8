using System.Net;
using CloudKick.Relay.Database;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>What browsers send for a field that nobody filled in: its name and nothing.</summary>
[CancelAfter(120_000)]
internal sealed class EmptyFieldsTests
{
    // "The Email field is required." and the like: whatever the framework says by itself is in English.
    private const string OfTheFramework = "field is required";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;
    private PageClient _admin = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _merchant = await _relay.AddMerchantAsync();
        _admin = await _relay.SignInAsync(_merchant, Roles.Admin);
        _admin.Language = "nl";
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Somebody_is_invited_without_a_name(CancellationToken cancellationToken)
    {
        var page = await _admin.SubmitAsync(
            $"/m/{_merchant}/users", cancellationToken, fields: [("Email", "nameless@example.test"), ("Name", ""), ("Role", Roles.Viewer)]);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), page.ToString());
        Assert.That(page.Text, Does.Contain(_relay.Address + "welcome/").And.Not.Contain(OfTheFramework));
        Assert.That((await FindAsync("nameless@example.test", cancellationToken)).Name, Is.Empty);
    }

    [Test]
    public async Task Whoever_has_no_name_gets_another_role(CancellationToken cancellationToken)
    {
        var user = await FindAsync(await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken), cancellationToken);

        var page = await _admin.SubmitAsync($"/m/{_merchant}/users/{user.UserId}", cancellationToken, fields: [("Name", ""), ("Role", Roles.Operator)]);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), page.ToString());
        Assert.That((await FindAsync(user.Email, cancellationToken)).Role, Is.EqualTo(Roles.Operator), page.ToString());
    }

    [Test]
    public async Task An_invitation_without_an_address_is_refused_in_the_readers_language(CancellationToken cancellationToken)
    {
        var page = await _admin.SubmitAsync($"/m/{_merchant}/users", cancellationToken, fields: [("Email", ""), ("Name", ""), ("Role", "")]);

        Assert.That(page.Text, Does.Contain("Dit is geen e-mailadres.").And.Not.Contain(OfTheFramework));
    }

    [TestCase("/sign-in", "E-mailadres of wachtwoord klopt niet", "Email", "Password")]
    [TestCase("/sign-in", "E-mailadres of wachtwoord klopt niet", "Password")]
    [TestCase("/sign-in", "E-mailadres of wachtwoord klopt niet")]
    public async Task Signing_in_with_nothing_is_refused_like_any_other(string form, string words, params string[] names)
    {
        using var browser = new PageClient(_relay.Address) { Language = "nl" };

        var page = await browser.SubmitAsync(form, CancellationToken.None, fields: [.. names.Select(name => (name, ""))]);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.UnprocessableEntity), page.ToString());
        Assert.That(page.Text, Does.Contain(words).And.Not.Contain(OfTheFramework));
    }

    [Test]
    public async Task Passwords_left_empty_are_told_once_and_in_the_readers_language(CancellationToken cancellationToken)
    {
        var own = await _admin.SubmitAsync("/account", cancellationToken, to: "/account?handler=Password", fields: [("Current", ""), ("Password", ""), ("Again", "")]);
        var link = (await _relay.Services.GetRequiredService<UserRegistry>().InviteAsync(
            new NewUser(_merchant, "welcome@example.test", Roles.Viewer), TimeSpan.FromDays(1), Relay.Security.Actor.Cli, cancellationToken))!;
        using var browser = new PageClient(_relay.Address) { Language = "nl" };
        var first = await browser.SubmitAsync(link.Path, cancellationToken, fields: [("Password", ""), ("Again", "")]);

        foreach (var page in new[] { own, first })
        {
            Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), page.ToString());
            Assert.That(page.Text, Does.Contain("minstens 12 tekens").And.Not.Contain(OfTheFramework));
        }
    }

    [Test]
    public async Task A_second_factor_without_a_code_is_refused(CancellationToken cancellationToken)
    {
        var form = await _admin.OpenAsync("/account/second-factor", cancellationToken);

        var page = await _admin.PostAsync(
            "/account/second-factor", form.Field("__RequestVerificationToken"), cancellationToken,
            fields: [("Secret", form.Field("Secret")), ("Current", RelayHost.Password), ("Code", "")]);

        Assert.That(page.Status, Is.EqualTo(HttpStatusCode.OK), page.ToString());
        Assert.That(page.Text, Does.Not.Contain(OfTheFramework).And.Contain("code klopt niet").IgnoreCase);
    }

    private async Task<User> FindAsync(string email, CancellationToken cancellationToken) =>
        (await _relay.Services.GetRequiredService<UserRegistry>().ListAsync(_merchant, email, null, 1, cancellationToken))[0];
}
