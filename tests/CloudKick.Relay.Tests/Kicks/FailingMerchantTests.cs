using CloudKick.Relay.Kicks.Counts;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>Whether a merchant fails more than is usual for it.</summary>
internal sealed class FailingMerchantTests
{
    [TestCase(2, 2, 1000, 20, false, TestName = "Two failures are chance, even of two kicks")]
    [TestCase(3, 3, 1000, 20, true, TestName = "Three of three are not, where hardly any fail")]
    [TestCase(3, 100, 1000, 20, false, TestName = "Three of a hundred are, where two of a hundred fail")]
    [TestCase(7, 100, 1000, 20, true, TestName = "Seven of a hundred are not")]
    [TestCase(300, 10_000, 100_000, 2_000, true, TestName = "Of many kicks half as many again as usual is much")]
    [TestCase(210, 10_000, 100_000, 2_000, false, TestName = "Of many kicks a few more are chance")]
    [TestCase(30, 100, 1000, 300, false, TestName = "What always fails as much fails as usual")]
    [TestCase(60, 100, 1000, 300, true, TestName = "What fails twice as much as its much does not")]
    [TestCase(100, 100, 1000, 1000, false, TestName = "What always fails cannot fail more")]
    [TestCase(3, 3, 1, 1, true, TestName = "One kick of the week before says little of what is usual")]
    [TestCase(3, 3, null, null, true, TestName = "Without a week before a merchant is judged like others")]
    [TestCase(3, 60, null, null, false, TestName = "Without a week before, a few of many are chance")]
    public void A_merchant_is_judged_by_what_is_usual_for_it(long failed, long kicks, long? usualKicks, long? usualFailed, bool unusual)
    {
        Assert.That(Merchant(failed, kicks, usualKicks, usualFailed).IsUnusual, Is.EqualTo(unusual));
    }

    [Test]
    public void What_is_usual_is_the_week_before_and_the_less_was_kicked_the_more_what_others_are()
    {
        Assert.That(Merchant(0, 1, 100_000, 30_000).UsualFailure, Is.EqualTo(0.3).Within(0.001));
        Assert.That(Merchant(0, 1, 1, 1).UsualFailure, Is.EqualTo(0.04).Within(0.005));
        Assert.That(Merchant(0, 1, null, null).UsualFailure, Is.EqualTo(0.02).Within(0.0001));
    }

    [Test]
    public void What_is_worse_is_how_many_more_failed_not_their_share()
    {
        var many = Merchant(500, 1_000, 10_000, 200);
        var few = Merchant(5, 5, 10_000, 200);

        Assert.That(many.Excess, Is.GreaterThan(few.Excess));
    }

    private static FailingMerchant Merchant(long failed, long kicks, long? usualKicks, long? usualFailed) => new()
    {
        MerchantId = Guid.NewGuid(), Name = "Bakery", Failed = failed, Kicks = kicks, UsualKicks = usualKicks, UsualFailed = usualFailed,
    };
}
