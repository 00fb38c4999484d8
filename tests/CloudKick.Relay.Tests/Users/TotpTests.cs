using System.Text;
using CloudKick.Relay.Users;

namespace CloudKick.Relay.Tests.Users;

internal sealed class TotpTests
{
    private static readonly byte[] Secret = Encoding.ASCII.GetBytes("12345678901234567890");

    [TestCase(59, 94287082)]
    [TestCase(1111111109, 07081804)]
    [TestCase(1111111111, 14050471)]
    [TestCase(1234567890, 89005924)]
    [TestCase(2000000000, 69279037)]
    [TestCase(20000000000, 65353130)]
    public void The_vectors_of_RFC_6238_hold(long seconds, int eightDigits)
    {
        var step = Totp.StepAt(DateTimeOffset.FromUnixTimeSeconds(seconds));

        Assert.That(Totp.Truncated(Secret, step) % 100_000_000, Is.EqualTo(eightDigits));
        Assert.That(Totp.Code(Secret, step), Is.EqualTo((eightDigits % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture)));
    }

    // RFC 4226, appendix D
    [TestCase(0, "755224")]
    [TestCase(1, "287082")]
    [TestCase(5, "254676")]
    [TestCase(9, "520489")]
    public void The_vectors_of_RFC_4226_hold(long counter, string code)
    {
        Assert.That(Totp.Code(Secret, counter), Is.EqualTo(code));
    }

    [TestCase(-60, false)]
    [TestCase(-30, true)]
    [TestCase(0, true)]
    [TestCase(30, true)]
    [TestCase(60, false)]
    public void A_code_is_good_one_step_early_and_one_step_late(int seconds, bool good)
    {
        var now = DateTimeOffset.FromUnixTimeSeconds(1_795_250_010);
        var step = Totp.StepAt(now.AddSeconds(seconds));

        Assert.That(Totp.Match(Secret, Totp.Code(Secret, step), now), Is.EqualTo(good ? step : (long?)null));
    }

    [TestCase("")]
    [TestCase("12345")]
    [TestCase("1234567")]
    [TestCase("abcdef")]
    [TestCase("١٢٣٤٥٦")]
    public void What_is_no_code_is_refused(string code)
    {
        Assert.That(Totp.Match(Secret, code, DateTimeOffset.FromUnixTimeSeconds(59)), Is.Null);
    }

    [TestCase("", "")]
    [TestCase("f", "MY")]
    [TestCase("fo", "MZXQ")]
    [TestCase("foo", "MZXW6")]
    [TestCase("foob", "MZXW6YQ")]
    [TestCase("fooba", "MZXW6YTB")]
    [TestCase("foobar", "MZXW6YTBOI")]
    public void The_vectors_of_RFC_4648_hold(string text, string base32)
    {
        Assert.That(Base32.Encode(Encoding.ASCII.GetBytes(text)), Is.EqualTo(base32));
    }

    [Test]
    public void An_app_is_told_issuer_account_and_secret()
    {
        Assert.That(
            Totp.Uri(Secret, "CloudKick", "an+admin@shop.example"),
            Is.EqualTo("otpauth://totp/CloudKick:an%2Badmin%40shop.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=CloudKick"));
    }

    [Test]
    public void Recovery_codes_are_read_however_they_are_typed()
    {
        var code = RecoveryCode.NewSet()[0];

        Assert.That(code, Does.Match("^[A-Z2-7]{4}(-[A-Z2-7]{4}){3}$"));
        Assert.That(RecoveryCode.Hash(code.ToLowerInvariant().Replace("-", " ", StringComparison.Ordinal)), Is.EqualTo(RecoveryCode.Hash(code)));
        Assert.That(RecoveryCode.Hash(code[..^1]), Is.Null);
        Assert.That(RecoveryCode.NewSet(), Is.Unique.And.Length.EqualTo(RecoveryCode.PerUser));
    }
}
