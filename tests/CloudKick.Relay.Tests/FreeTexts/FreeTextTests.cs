using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Security;

namespace CloudKick.Relay.Tests.FreeTexts;

internal sealed class FreeTextTests
{
    [Test]
    public void Any_API_key_of_ours_is_recognised()
    {
        for (var i = 0; i < 100; i++)
            Assert.That(FreeText.IsSensitive($"key: {ApiKeyToken.Generate("live").Reveal()}."), Is.True);
    }

    [TestCase("-----BEGIN PRIVATE KEY-----")]
    [TestCase("x -----BEGIN EC PRIVATE KEY----- MHcCAQEE")]
    [TestCase("-----begin rsa private key-----")]
    [TestCase("card 5555 5555 5555 4444")]
    public void What_must_not_be_kept_is_recognised(string text) => Assert.That(FreeText.IsSensitive(text), Is.True);

    [TestCase("Counter 1")]
    [TestCase("ck_live_abcdefgh01234567", Description = "a key's public part")]
    [TestCase("-----BEGIN CERTIFICATE REQUEST-----")]
    [TestCase("the private key is in the safe")]
    public void Ordinary_text_is_let_through(string text) => Assert.That(FreeText.IsSensitive(text), Is.False);

    [TestCase(null, "")]
    [TestCase("Counter 1", "Counter 1")]
    [TestCase("card 5555 5555 5555 4444", "…")]
    public void What_must_not_be_kept_is_not_shown_either(string? text, string shown) => Assert.That(FreeText.Shown(text), Is.EqualTo(shown));

    [TestCase("Bakkerij De Korenbloem", true)]
    [TestCase("tab\tstop", false)]
    [TestCase("4111111111111111", false)]
    [TestCase("a name that is longer than thirty characters", false)]
    public void A_text_is_fit_when_it_is_short_and_plain(string text, bool fit) => Assert.That(FreeText.IsFit(text, 30), Is.EqualTo(fit));
}
