using CloudKick.Relay.Times;

namespace CloudKick.Relay.Tests.Times;

internal sealed class Rfc3339Tests
{
    [TestCase("2027-01-31T22:59:59Z")]
    [TestCase("2027-01-31t22:59:59z")]
    [TestCase("2027-01-31T23:59:59+01:00")]
    [TestCase("2027-01-31T22:59:59.000Z")]
    [TestCase("2027-01-31T22:59:59.0000000-00:00")]
    public void Reads_times_with_their_offset(string text)
    {
        var read = Rfc3339.TryParse(text, out var moment);

        Assert.That(read, Is.True);
        Assert.That(moment, Is.EqualTo(new DateTimeOffset(2027, 1, 31, 22, 59, 59, TimeSpan.Zero)));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("2027-01-31")]
    [TestCase("2027-01-31T22:59:59")]
    [TestCase("2027-01-31 22:59:59Z")]
    [TestCase("2027-02-30T22:59:59Z")]
    [TestCase("31-01-2027T22:59:59Z")]
    [TestCase("2027-01-31T22:59:59Z ")]
    [TestCase("2027-01-31T22:59:59.12345678Z")]
    [TestCase("tomorrow")]
    public void Refuses_everything_else(string? text) => Assert.That(Rfc3339.TryParse(text, out _), Is.False);
}
