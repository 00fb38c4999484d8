namespace CloudKick.Mqtt.Tests;

internal sealed class MqttTopicTests
{
    [TestCase("a", "a", true)]
    [TestCase("a", "b", false)]
    [TestCase("a/b", "a/b", true)]
    [TestCase("a/b", "a", false)]
    [TestCase("a", "a/b", false)]
    [TestCase("a", "A", false)]
    [TestCase("#", "a/b/c", true)]
    [TestCase("#", "/", true)]
    [TestCase("a/#", "a", true)]
    [TestCase("a/#", "a/", true)]
    [TestCase("a/#", "a/b/c", true)]
    [TestCase("a/#", "ab", false)]
    [TestCase("+", "a", true)]
    [TestCase("+", "/a", false)]
    [TestCase("/+", "/a", true)]
    [TestCase("+/+", "/a", true)]
    [TestCase("a/+", "a", false)]
    [TestCase("a/+", "a/", true)]
    [TestCase("a/+/c", "a/b/c", true)]
    [TestCase("a/+/c", "a/b/d", false)]
    [TestCase("a/+/#", "a/b", true)]
    [TestCase("+/b/#", "a/b/c/d", true)]
    [TestCase("#", "$aws/events", false)]
    [TestCase("+/events", "$aws/events", false)]
    [TestCase("$aws/#", "$aws/events", true)]
    [TestCase("$aws/+", "$aws/events", true)]
    public void A_filter_matches_as_the_specification_says(string filter, string topic, bool expected) =>
        Assert.That(MqttTopic.Matches(filter, topic), Is.EqualTo(expected));

    [TestCase("a")]
    [TestCase("/")]
    [TestCase("a//b")]
    [TestCase(" ")]
    [TestCase("$aws/events/presence/connected/x")]
    [TestCase("é€😀")]
    public void A_name_is_valid(string name)
    {
        Assert.That(MqttTopic.ValidateName(name), Is.Null);
        Assert.That(MqttTopic.ValidateFilter(name), Is.Null);
    }

    [TestCase("", "MQTT-4.7.3-1")]
    [TestCase("a\0", "MQTT-4.7.3-2")]
    [TestCase("a/#", "MQTT-3.3.2-2")]
    [TestCase("+", "MQTT-3.3.2-2")]
    public void A_name_is_not_valid(string name, string clause) => Assert.That(MqttTopic.ValidateName(name), Does.Contain(clause));

    [TestCase("#")]
    [TestCase("+")]
    [TestCase("a/+/b/#")]
    [TestCase("/+/")]
    [TestCase("$share/group/a/#")]
    [TestCase("$share/group//")]
    public void A_filter_is_valid(string filter) => Assert.That(MqttTopic.ValidateFilter(filter), Is.Null);

    [TestCase("", "MQTT-4.7.3-1")]
    [TestCase("a\0", "MQTT-4.7.3-2")]
    [TestCase("a#", "MQTT-4.7.1-1")]
    [TestCase("#/a", "MQTT-4.7.1-1")]
    [TestCase("a/#/b", "MQTT-4.7.1-1")]
    [TestCase("##", "MQTT-4.7.1-1")]
    [TestCase("a+", "MQTT-4.7.1-2")]
    [TestCase("a/b+/c", "MQTT-4.7.1-2")]
    [TestCase("++", "MQTT-4.7.1-2")]
    [TestCase("$share/", "MQTT-4.8.2-1")]
    [TestCase("$share/group", "MQTT-4.8.2-1")]
    [TestCase("$share/g+/a", "MQTT-4.8.2-2")]
    [TestCase("$share//a", "MQTT-4.8.2-1")]
    [TestCase("$share/group/", "MQTT-4.8.2-2")]
    [TestCase("$share/group/a#", "MQTT-4.7.1-1")]
    public void A_filter_is_not_valid(string filter, string clause) => Assert.That(MqttTopic.ValidateFilter(filter), Does.Contain(clause));

    [Test]
    public void A_topic_is_at_most_65535_bytes()
    {
        Assert.That(MqttTopic.ValidateName(new string('a', 65_535)), Is.Null);
        Assert.That(MqttTopic.ValidateName(new string('a', 65_536)), Does.Contain("MQTT-4.7.3-3"));
        Assert.That(MqttTopic.ValidateName(new string('é', 32_768)), Does.Contain("MQTT-4.7.3-3"));
    }
}
