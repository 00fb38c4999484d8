using CloudKick.Relay.Kicks;

namespace CloudKick.Relay.Tests.Kicks;

internal sealed class CardNumberTests
{
    [TestCase("4111111111111111")]
    [TestCase("card 4111 1111 1111 1111 please")]
    [TestCase("5500-0000-0000-0004")]
    [TestCase("order 12 378282246310005")]
    [TestCase("6304000000000000")]
    public void Card_number_is_recognised(string text) => Assert.That(CardNumber.IsIn(text), Is.True);

    [TestCase("")]
    [TestCase("order-1042")]
    [TestCase("4111111111111112")]
    [TestCase("411111111111")]
    [TestCase("41111111111111111111111")]
    [TestCase("2026-11-21 09:30:00")]
    public void Other_numbers_pass(string text) => Assert.That(CardNumber.IsIn(text), Is.False);
}
