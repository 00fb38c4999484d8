using CloudKick.Relay.Security;

namespace CloudKick.Relay.Tests.Security;

internal sealed class ApiKeyTokenTests
{
    private const string Id = "abcdefgh01234567";
    private static readonly string Secret = new('s', 43);

    [Test]
    public void A_new_key_reads_back()
    {
        var token = ApiKeyToken.Generate("live");

        var read = ApiKeyToken.Parse(token.Reveal());

        Assert.That(read, Is.EqualTo(token));
        Assert.That(token.Reveal(), Does.Match("^ck_live_[a-z0-9]{16}_[A-Za-z0-9_-]{43}$"));
    }

    [Test]
    public void A_secret_may_hold_underscores()
    {
        var read = ApiKeyToken.Parse($"ck_live_{Id}_{new string('_', 43)}");

        Assert.That(read?.Secret, Is.EqualTo(new string('_', 43)));
    }

    [Test]
    public void No_two_keys_are_alike()
    {
        var tokens = Enumerable.Range(0, 1000).Select(_ => ApiKeyToken.Generate("test")).ToArray();

        Assert.That(tokens.Select(token => token.KeyId).Distinct().Count(), Is.EqualTo(1000));
        Assert.That(tokens.Select(token => token.Secret).Distinct().Count(), Is.EqualTo(1000));
    }

    [Test]
    public void A_printed_key_hides_its_secret()
    {
        var token = ApiKeyToken.Generate("live");

        Assert.That($"{token}", Does.Contain(token.KeyId).And.Not.Contain(token.Secret));
    }

    private static IEnumerable<string> Malformed() =>
    [
        "",
        "ck",
        "ck___",
        $"ck_live_{Id}",
        $"ck_live_{Id}_",
        $"CK_live_{Id}_{Secret}",
        $"ck__{Id}_{Secret}",
        $"ck_LIVE_{Id}_{Secret}",
        $"ck_abcdefghijklmnopq_{Id}_{Secret}",
        $"ck_live_{Id}x_{Secret}",
        $"ck_live_{Id[1..]}_{Secret}",
        $"ck_live_ABCDEFGH01234567_{Secret}",
        $"ck_live_{Id}_{Secret}s",
        $"ck_live_{Id}_{Secret[1..]}",
        $"ck_live_{Id}_{Secret[1..]}=",
        $"ck_live_{Id}_{Secret[1..]}é",
        $" ck_live_{Id}_{Secret}",
        $"ck_live_{Id}_{Secret} ",
        $"ck_live_{Id}_{Secret}\n",
        new string('c', 257),
    ];

    [TestCaseSource(nameof(Malformed))]
    public void Anything_else_is_no_key(string text)
    {
        Assert.That(ApiKeyToken.Parse(text), Is.Null);
    }

    [TestCase("Bearer ", true)]
    [TestCase("bearer ", true)]
    [TestCase("Bearer  ", false)]
    [TestCase("Basic ", false)]
    [TestCase("", false)]
    public void The_header_has_one_scheme_and_one_space(string before, bool accepted)
    {
        var token = ApiKeyToken.Generate("live");

        var read = BearerHeader.Read(before + token.Reveal());

        Assert.That(read, accepted ? Is.EqualTo(token) : Is.Null);
    }

    [Test]
    public void Two_headers_are_none()
    {
        var header = "Bearer " + ApiKeyToken.Generate("live").Reveal();

        Assert.That(BearerHeader.Read(new([header, header])), Is.Null);
    }
}
