using CloudKick.Relay.Security;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Security;

/// <summary>Who gets in.</summary>
[CancelAfter(120_000)]
internal sealed class AuthenticationTests
{
    private const string OfOperators = "v1/admin/merchants";
    private const string OfMerchants = "v1/whitelist";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task A_call_without_a_key_is_challenged(CancellationToken cancellationToken)
    {
        var answer = await _relay.CreateClient().AskAsync(OfMerchants, cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((401, "unauthorized")));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Is.EqualTo("Bearer realm=\"cloudkick\""));
    }

    [TestCase("Basic dXNlcjpwYXNz")]
    [TestCase("Bearer")]
    [TestCase("Bearer ck_live_x_y")]
    [TestCase("ck_live_abcdefgh01234567_sssssssssssssssssssssssssssssssssssssssssss")]
    public async Task What_is_no_key_is_challenged_with_an_error(string authorization)
    {
        var answer = await _relay.CreateClient().AskAsync(HttpMethod.Get, OfMerchants, null, CancellationToken.None, ("Authorization", authorization));

        Assert.That(answer.Verdict, Is.EqualTo((401, "unauthorized")));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Does.Contain("error=\"invalid_token\""));
    }

    [Test]
    public async Task Unknown_id_wrong_secret_wrong_environment_and_revoked_get_one_and_the_same_answer(CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync(cancellationToken: cancellationToken);
        var good = await _relay.CreateKeyAsync(merchant, Scopes.WhitelistRead);
        var revoked = await _relay.CreateKeyAsync(merchant, Scopes.WhitelistRead);
        await _relay.Services.GetRequiredService<ApiKeys>().RevokeAsync(revoked.Key.KeyId, Actor.Cli, cancellationToken);
        var parsed = ApiKeyToken.Parse(good.Token)!;
        string[] tokens =
        [
            ApiKeyToken.Generate("test").Reveal(),
            (parsed with { Secret = ApiKeyToken.Generate("test").Secret }).Reveal(),
            (parsed with { Environment = "live" }).Reveal(),
            revoked.Token,
        ];

        var answers = new List<(int, string?, string?)>();
        foreach (var token in tokens)
        {
            var answer = await _relay.CreateClient(token).AskAsync(OfMerchants, cancellationToken);
            answers.Add(((int)answer.Status, answer.Code, (string?)answer.Json["detail"]));
        }

        Assert.That((await _relay.CreateClient(good.Token).AskAsync(OfMerchants, cancellationToken)).Verdict, Is.EqualTo((200, (string?)null)));
        Assert.That(answers.Distinct().Count(), Is.EqualTo(1));
        Assert.That(answers[0].Item1, Is.EqualTo(401));
    }

    [Test]
    public async Task A_key_without_the_scope_is_told_which(CancellationToken cancellationToken)
    {
        var client = await _relay.CreateClientAsync(await _relay.AddMerchantAsync(cancellationToken: cancellationToken), Scopes.KicksRead);

        var answer = await client.AskAsync(OfMerchants, cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((403, "insufficient-scope")));
        Assert.That((string?)answer.Json["requiredScope"], Is.EqualTo(Scopes.WhitelistRead));
        Assert.That(answer.Headers.WwwAuthenticate.ToString(), Does.Contain("error=\"insufficient_scope\", scope=\"whitelist:read\""));
    }

    [Test]
    public async Task An_operators_key_acts_for_no_merchant_and_a_merchants_key_for_no_operator(CancellationToken cancellationToken)
    {
        var admin = await _relay.CreateAdminClientAsync();
        var merchant = await _relay.CreateClientAsync(await _relay.AddMerchantAsync(cancellationToken: cancellationToken), [.. Scopes.OfMerchants]);

        Assert.That((await admin.AskAsync(OfMerchants, cancellationToken)).Verdict, Is.EqualTo((403, "insufficient-scope")));
        Assert.That((await merchant.AskAsync(OfOperators, cancellationToken)).Verdict, Is.EqualTo((403, "insufficient-scope")));
    }

    [Test]
    public async Task A_stranger_learns_nothing_of_a_body(CancellationToken cancellationToken)
    {
        var answer = await _relay.CreateClient().AskAsync(HttpMethod.Post, OfOperators, "not json", cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((401, "unauthorized")));
    }
}
