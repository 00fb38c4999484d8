using CloudKick.Relay.Publishing;

namespace CloudKick.Relay.Tests.Publishing;

internal sealed class KickTopicTests
{
    private const string Default = "{subscriptionTopic}/{terminalId}";

    [TestCase(Default, "NL-CAT", "NL000123", "NL-CAT/NL000123")]
    [TestCase("{subscriptionTopic}", "NL-CAT", "NL000123", "NL-CAT")]
    [TestCase("kick/{terminalId}/in", "BE-CAT", "x", "kick/x/in")]
    public void Template_is_filled_in(string template, string subscriptionTopic, string terminalId, string topic) =>
        Assert.That(KickTopic.Build(template, subscriptionTopic, terminalId), Is.EqualTo(topic));

    [TestCase("a/b")]
    [TestCase("+")]
    [TestCase("#")]
    [TestCase("$aws")]
    [TestCase("")]
    [TestCase("a\0")]
    [TestCase("a\n")]
    [TestCase("é")]
    [TestCase("12345678901234567")]
    [TestCase("{terminalId}")]
    public void Bad_terminal_never_gets_into_a_topic(string terminalId) =>
        Assert.That(() => KickTopic.Build(Default, "NL-CAT", terminalId), Throws.ArgumentException);

    [TestCase("{subscriptionTopic}/+")]
    [TestCase("$aws/{terminalId}")]
    [TestCase("a//b")]
    [TestCase("/{terminalId}")]
    [TestCase("a/b/c/d/e/f/g/{terminalId}")]
    public void Bad_template_makes_no_topic(string template) =>
        Assert.That(() => KickTopic.Build(template, "NL-CAT", "NL000123"), Throws.ArgumentException);

    [Test]
    public void No_generated_id_breaks_out_of_its_level()
    {
        var random = new Random(20261121);
        for (var i = 0; i < 100_000; i++)
        {
            var id = new string([.. Enumerable.Range(0, random.Next(0, 20)).Select(_ => (char)random.Next(0, 0x250))]);
            try
            {
                Assert.That(KickTopic.Build(Default, "NL-CAT", id), Is.EqualTo("NL-CAT/" + id).And.Not.Contains('+').And.Not.Contains('#').And.Not.Contains('\0'));
            }
            catch (ArgumentException)
            {
                continue;
            }
            Assert.That(id, Does.Match(@"\A[A-Za-z0-9_-]{1,16}\z"));
        }
    }

    [TestCase(Default, "NL-CAT", "NL-CAT/+/ack")]
    [TestCase("{subscriptionTopic}", "NL-CAT", "NL-CAT/ack")]
    public void Answers_are_found_by_one_filter(string template, string subscriptionTopic, string filter) =>
        Assert.That(KickTopic.AnswerFilter(template, subscriptionTopic), Is.EqualTo(filter));
}
