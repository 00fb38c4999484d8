using System.Text.RegularExpressions;
using CloudKick.Relay.Auditing;
using CloudKick.Relay.Database;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>How people come in by pages, with a relay that sends mail.</summary>
[CancelAfter(120_000)]
internal sealed partial class MailedLinksTests
{
    private const string PublicUrl = "https://kick.example.test";
    private const string NewPassword = "another fine long password";

    private TestDatabase _database = null!;
    private SmtpInbox _inbox = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
    }

    [SetUp]
    public async Task StartRelay()
    {
        _inbox = new SmtpInbox();
        _relay = await RelayHost.StartAsync(_database, new RelayHostOptions { Settings = _inbox.Settings(PublicUrl + "/") });
        _merchant = await _relay.AddMerchantAsync();
    }

    [TearDown]
    public async Task StopRelay()
    {
        await _relay.DisposeAsync();
        await _inbox.DisposeAsync();
    }

    [OneTimeTearDown]
    public async Task Stop() => await _database.DisposeAsync();

    [Test]
    public async Task An_invitation_is_mailed_in_the_inviters_language_and_its_link_is_not_shown(CancellationToken cancellationToken)
    {
        var admin = await _relay.SignInAsync(_merchant, Roles.Admin, cancellationToken);
        admin.Language = "de";

        var page = await admin.SubmitAsync($"/m/{_merchant}/users", cancellationToken, fields: [("Email", "mailed@example.test"), ("Name", "Zoë"), ("Role", Roles.Viewer)]);
        var mail = await _inbox.ReceiveAsync("mailed@example.test", cancellationToken);
        var signedIn = await UseAsync(mail, "mailed@example.test", cancellationToken);

        Assert.That(page.Html, Does.Not.Contain("/welcome/").And.Contain("mailed@example.test"));
        Assert.That(mail.Subject, Is.EqualTo("Ihre Einladung zu CloudKick"));
        Assert.That(mail.Text, Does.Contain(PublicUrl + "/welcome/"));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"), signedIn.ToString());
    }

    [Test]
    public async Task A_link_that_no_mail_server_takes_is_shown(CancellationToken cancellationToken)
    {
        var admin = await _relay.SignInAsync(_merchant, Roles.Admin, cancellationToken);
        await _inbox.DisposeAsync();

        var page = await admin.SubmitAsync($"/m/{_merchant}/users", cancellationToken, fields: [("Email", "unmailed@example.test"), ("Name", ""), ("Role", Roles.Viewer)]);

        Assert.That(page.Text, Does.Contain(PublicUrl + "/welcome/"));
    }

    [Test]
    public async Task Whoever_forgot_their_password_gets_a_link_in_their_language_and_a_new_password(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address) { Language = "fr" };

        var asked = await browser.SubmitAsync("/sign-in/forgotten", cancellationToken, fields: [("Email", $" {email.ToUpperInvariant()} ")]);
        var mail = await _inbox.ReceiveAsync(email, cancellationToken);
        var signedIn = await UseAsync(mail, email, cancellationToken);
        var entries = await _relay.Services.GetRequiredService<AuditLog>().ListAsync(_merchant, new AuditFilter("user.forgot", "", "", null, null), null, 10, cancellationToken);

        Assert.That(asked.Status, Is.EqualTo(System.Net.HttpStatusCode.OK));
        Assert.That(mail.Subject, Does.Contain("mot de passe"));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"), signedIn.ToString());
        Assert.That(entries.Single().Origin, Is.EqualTo("127.0.0.1"));
    }

    [Test]
    public async Task The_answer_waits_for_no_mail_and_is_the_same_for_an_address_that_nobody_has(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address);
        _inbox.Hold();

        var unknown = await browser.SubmitAsync("/sign-in/forgotten", cancellationToken, fields: [("Email", "nobody@example.test")]);
        var known = await browser.SubmitAsync("/sign-in/forgotten", cancellationToken, fields: [("Email", email)]);
        var mailedBefore = _inbox.Mails.Count;
        _inbox.Release();
        await _inbox.ReceiveAsync(email, cancellationToken);

        Assert.That(mailedBefore, Is.Zero);
        Assert.That(known.Text, Is.EqualTo(unknown.Text).And.Contains("a link is on its way"));
        Assert.That(_inbox.Mails.Select(mail => mail.To), Is.EqualTo(new[] { email }));
    }

    [TestCase("")]
    [TestCase("not an address")]
    public async Task What_is_no_address_is_said(string email, CancellationToken cancellationToken)
    {
        using var browser = new PageClient(_relay.Address) { Language = "nl" };

        var page = await browser.SubmitAsync("/sign-in/forgotten", cancellationToken, fields: [("Email", email)]);

        Assert.That(page.Text, Does.Contain("Dit is geen e-mailadres.").And.Not.Contain("field is required"));
    }

    [Test]
    public void Without_a_public_address_no_mail_may_be_sent()
    {
        var settings = _inbox.Settings(PublicUrl);
        settings.Remove("CloudKick:Pages:PublicUrl");

        Assert.That(
            () => RelayHost.StartAsync(_database, new RelayHostOptions { Settings = settings }),
            Throws.InstanceOf<OptionsValidationException>().With.Message.Contains("CloudKick:Pages:PublicUrl"));
    }

    private async Task<PageAnswer> UseAsync(ReceivedMail mail, string email, CancellationToken cancellationToken)
    {
        using var browser = new PageClient(_relay.Address);
        await browser.SubmitAsync(Path().Match(mail.Text).Value, cancellationToken, fields: [("Password", NewPassword), ("Again", NewPassword)]);
        return await browser.SignInAsync(email, NewPassword, cancellationToken);
    }

    [GeneratedRegex("/welcome/[A-Za-z0-9_-]{43}")]
    private static partial Regex Path();
}
