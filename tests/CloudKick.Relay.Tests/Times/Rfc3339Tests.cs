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

    [TestCase("1970-01-01T00:00:00Z", "1970-01-01T00:00:00.0000000Z")]
    [TestCase("2027-01-31T22:59:59.1234569Z", "2027-01-31T22:59:59.1234560Z")]
    [TestCase("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999990Z")]
    public void Reads_what_the_database_can_give_back(string text, string kept)
    {
        Assert.That(Rfc3339.TryParse(text, out var moment), Is.True);
        Assert.That(moment.UtcDateTime.ToString("O"), Is.EqualTo(kept));
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
    [TestCase("0001-01-01T00:00:00Z")]
    [TestCase("1970-01-01T00:59:59+01:00")]
    [TestCase("9999-12-31T23:59:59-01:00")]
    [TestCase("tomorrow")]
    public void Refuses_everything_else(string? text) => Assert.That(Rfc3339.TryParse(text, out _), Is.False);
}
