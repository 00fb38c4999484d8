using CloudKick.Cli.Cloud;

namespace CloudKick.Cli.Tests.Cloud;

internal sealed class DurationsTests
{
    [TestCase("500ms", 500)]
    [TestCase("1.5s", 1500)]
    [TestCase("20s", 20_000)]
    [TestCase("2m", 120_000)]
    [TestCase("1h", 3_600_000)]
    public void A_number_and_its_unit_are_a_time(string text, int milliseconds)
    {
        Assert.That(Durations.Parse(text), Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [TestCase("")]
    [TestCase("20")]
    [TestCase("s")]
    [TestCase("-1s")]
    [TestCase("1e9h")]
    [TestCase("99999999999999999999h")]
    [TestCase("2 days")]
    public void Anything_else_is_none(string text)
    {
        Assert.That(Durations.Parse(text), Is.Null);
    }

    [TestCase(250, "250ms")]
    [TestCase(1500, "1500ms")]
    [TestCase(20_000, "20s")]
    [TestCase(90_000, "90s")]
    [TestCase(120_000, "2m")]
    [TestCase(3_600_000, "1h")]
    public void It_is_shown_without_fractions(int milliseconds, string text)
    {
        Assert.That(Durations.Show(TimeSpan.FromMilliseconds(milliseconds)), Is.EqualTo(text));
    }
}
