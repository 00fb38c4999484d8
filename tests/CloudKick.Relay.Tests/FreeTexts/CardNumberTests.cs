using CloudKick.Relay.FreeTexts;

namespace CloudKick.Relay.Tests.FreeTexts;

/// <summary>The numbers are those that brands publish for tests.</summary>
internal sealed class CardNumberTests
{
    [TestCase("4111111111111111")]
    [TestCase("4222222222222")]
    [TestCase("5555555555554444")]
    [TestCase("2223003122003222")]
    [TestCase("378282246310005")]
    [TestCase("30569309025904")]
    [TestCase("3530111333300000")]
    [TestCase("6011111111111117")]
    [TestCase("6759649826438453")]
    [TestCase("6205500000000000004")]
    [TestCase("6304000000000000")]
    [TestCase("5500-0000-0000-0004")]
    [TestCase("order 12 378282246310005")]
    [TestCase("4111 1111 1111 1111")]
    [TestCase("4111-1111-1111-1111")]
    [TestCase("4111.1111.1111.1111")]
    [TestCase("4111\u00A01111\u00A01111\u00A01111")]
    [TestCase("paid with 4111111111111111, thanks")]
    [TestCase("PAN4111111111111111X")]
    [TestCase(";4111111111111111=25121011000012345678?")]
    [TestCase("4111 1111 1111 1111 12/27")]
    [TestCase("4111111111111111 123")]
    [TestCase("table 7 4111111111111111")]
    public void A_card_number_is_recognised(string text) => Assert.That(CardNumber.IsIn(text), Is.True);

    [TestCase("")]
    [TestCase("order-1042")]
    [TestCase("4111111111111112", Description = "wrong check digit")]
    [TestCase("411111111111", Description = "too short")]
    [TestCase("41111111111111110000000000", Description = "too long")]
    [TestCase("1795250030123", Description = "a time in milliseconds that passes the Luhn check")]
    [TestCase("352099001761481", Description = "an IMEI")]
    [TestCase("8931440400000000008", Description = "an ICCID")]
    [TestCase("1111 2222 3333 4444", Description = "no brand begins so")]
    [TestCase("550e8400-e29b-41d4-a716-446655440000", Description = "a UUID")]
    [TestCase("2026-11-21 10:14:36.716205")]
    [TestCase("+31 6 12345678")]
    public void What_is_none_is_let_through(string text) => Assert.That(CardNumber.IsIn(text), Is.False);
}
