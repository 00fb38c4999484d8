using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Users;

/// <summary>What too many wrong attempts lock, and what unlocks it.</summary>
[CancelAfter(120_000)]
internal sealed class SignInLockTests
{
    private const string NewPassword = "a fine long password";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private MerchantId _merchant;

    private SignInFailures Failures => _relay.Services.GetRequiredService<SignInFailures>();

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(
            _database, new RelayHostOptions { Settings = new Dictionary<string, string?> { ["CloudKick:Users:FreeFailures"] = "3" } });
        _merchant = await _relay.AddMerchantAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Too_many_failures_lock_an_address_whether_somebody_has_it_or_not(bool known, CancellationToken cancellationToken)
    {
        var email = known ? await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken) : "nobody-at-all@example.test";
        using var browser = new PageClient(_relay.Address);

        // Three are free; the fourth locks, and is itself still looked at.
        for (var i = 0; i < 4; i++)
            Assert.That((await browser.SignInAsync(email, "wrong password", cancellationToken)).Text, Does.Contain("password is wrong"));
        var locked = await browser.SignInAsync(email, RelayHost.Password, cancellationToken);

        Assert.That(locked.Text, Does.Contain("Too many wrong attempts"));
        Assert.That(browser.Cookies, Does.Not.ContainKey(SessionCookie.Name));
    }

    [Test]
    public async Task Each_further_failure_doubles_the_lock(CancellationToken cancellationToken)
    {
        const string Email = "often-wrong@example.test";
        for (var i = 0; i < 7; i++)
        {
            Assert.That(await Failures.CountAsync(Email, Guess.Password, cancellationToken), Is.Null);
            await SuperuserAsync<int>(
                "update sign_in_failures set locked_until = now() where account_hash = sha256(convert_to(@Email, 'UTF8')) and locked_until is not null returning 1",
                new { Email });
        }

        await Failures.CountAsync(Email, Guess.Password, cancellationToken);
        var until = await Failures.CountAsync(Email, Guess.Password, cancellationToken);

        // The eighth failure is the fifth beyond the free ones: 30 s · 2⁴.
        Assert.That(until?.UtcDateTime, Is.EqualTo(await SuperuserAsync<DateTime>(
            "select failed_at + interval '480 s' from sign_in_failures where account_hash = sha256(convert_to(@Email, 'UTF8'))", new { Email })).Within(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public async Task A_new_password_by_link_is_taken_at_once_whatever_was_tried_before(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address);
        await LockAsync(email, Guess.Password, cancellationToken);
        var locked = await browser.SignInAsync(email, RelayHost.Password, cancellationToken);

        await ResetAsync(browser, email, cancellationToken);
        var signedIn = await browser.SignInAsync(email, NewPassword, cancellationToken);

        Assert.That(locked.Text, Does.Contain("Too many wrong attempts"));
        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"), signedIn.ToString());
    }

    [TestCase("/account", "?handler=Password")]
    [TestCase("/account/second-factor", "")]
    public async Task Whoever_is_locked_is_told_so_where_the_password_is_asked_for_again(string page, string handler, CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address);
        await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        await LockAsync(email, Guess.Password, cancellationToken);
        var form = await browser.OpenAsync(page, cancellationToken);
        var secret = handler.Length > 0 ? "" : form.Field("Secret");

        var locked = await browser.PostAsync(
            page + handler, form.Field("__RequestVerificationToken"), cancellationToken,
            fields: [("Secret", secret), ("Current", RelayHost.Password), ("Password", NewPassword), ("Again", NewPassword)]);

        Assert.That(locked.Text, Does.Contain("Too many wrong attempts. Try again after").And.Not.Contain("This is not your current password"));
    }

    [Test]
    public async Task Wrong_codes_lock_whoever_has_the_password_and_a_new_one_does_not_unlock(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var owner = new PageClient(_relay.Address);
        await owner.SignInAsync(email, RelayHost.Password, cancellationToken);
        var secret = await SetUpSecondFactorAsync(owner, cancellationToken);
        using var thief = new PageClient(_relay.Address);

        // Three are free; the fourth locks, and is itself still looked at. The password is right each time.
        for (var i = 0; i < 4; i++)
        {
            await thief.SignInAsync(email, RelayHost.Password, cancellationToken);
            Assert.That((await thief.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", "000000")])).Text, Does.Contain("The code is wrong"));
        }

        await ResetAsync(thief, email, cancellationToken);
        var asked = await thief.SignInAsync(email, NewPassword, cancellationToken);
        var locked = await thief.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", Code(secret, 1))]);

        Assert.That(asked.Path, Does.StartWith("/sign-in/code"));
        Assert.That(locked.Text, Does.Contain("Too many wrong attempts"));
    }

    [Test]
    public async Task A_new_second_factor_knows_nothing_of_the_wrong_codes_of_the_old_one(CancellationToken cancellationToken)
    {
        var email = await _relay.AddUserAsync(_merchant, Roles.Viewer, cancellationToken);
        using var browser = new PageClient(_relay.Address);
        await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        await SetUpSecondFactorAsync(browser, cancellationToken);
        await LockAsync(email, Guess.Code, cancellationToken);

        var secret = await SetUpSecondFactorAsync(browser, cancellationToken);
        using var again = new PageClient(_relay.Address);
        await again.SignInAsync(email, RelayHost.Password, cancellationToken);
        var signedIn = await again.SubmitAsync("/sign-in/code", cancellationToken, fields: [("Code", Code(secret, 1))]);

        Assert.That(signedIn.Path, Does.Not.StartWith("/sign-in"), signedIn.ToString());
    }

    private async Task LockAsync(string email, Guess guess, CancellationToken cancellationToken)
    {
        while (await Failures.CountAsync(email, guess, cancellationToken) is null)
        {
        }
    }

    /// <returns>Its secret, of which one code is used.</returns>
    private async Task<byte[]> SetUpSecondFactorAsync(PageClient browser, CancellationToken cancellationToken)
    {
        var form = await browser.OpenAsync("/account/second-factor", cancellationToken);
        var secret = _relay.Services.GetRequiredService<SecondFactors>().Open(form.Field("Secret"))!;
        await browser.PostAsync(
            "/account/second-factor", form.Field("__RequestVerificationToken"), cancellationToken,
            fields: [("Secret", form.Field("Secret")), ("Current", RelayHost.Password), ("Code", Code(secret, 0))]);
        return secret;
    }

    private async Task ResetAsync(PageClient browser, string email, CancellationToken cancellationToken)
    {
        var registry = _relay.Services.GetRequiredService<UserRegistry>();
        var user = await registry.FindAsync(_merchant, email, cancellationToken);
        var link = await registry.ResetAsync(_merchant, user!.UserId, false, TimeSpan.FromHours(1), Actor.Cli, cancellationToken);
        await browser.SubmitAsync(link!.Path, cancellationToken, fields: [("Password", NewPassword), ("Again", NewPassword)]);
    }

    // No code is taken twice: the app shows the next one a step later.
    private static string Code(byte[] secret, int later) => Totp.Code(secret, Totp.StepAt(TimeProvider.System.GetUtcNow()) + later);

    private async Task<T?> SuperuserAsync<T>(string sql, object parameters)
    {
        await using var connection = new Npgsql.NpgsqlConnection(_database.SuperuserConnectionString);
        return await connection.ExecuteScalarAsync<T>(sql, parameters);
    }
}
