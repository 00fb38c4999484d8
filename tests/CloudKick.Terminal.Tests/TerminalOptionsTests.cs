using CloudKick.Mqtt;

namespace CloudKick.Terminal.Tests;

internal sealed class TerminalOptionsTests
{
    private static TerminalOptions Sound { get; } = new() { TerminalId = "NL000123", Mqtt = new MqttEndpoint("localhost", 8443) };

    [Test]
    public void Defaults_are_sound() => Assert.That(Sound.Validate(), Is.Empty);

    [Test]
    public void Faulty_options_are_named_all_at_once()
    {
        var options = Sound with
        {
            TerminalId = "a/b", SubscriptionTopics = ["NL-CAT/#"], TasPort = 0, TasRetryJitter = double.NaN, TasRetryMinimum = TimeSpan.FromHours(1),
            BehaviourDelay = TimeSpan.Zero, AcknowledgeTimeout = TimeSpan.Zero, TasConnectTimeout = TimeSpan.Zero, TasAnswerTimeout = TimeSpan.Zero,
            TasIdleTimeout = TimeSpan.FromDays(2),
        };

        Assert.That(options.Validate().ToArray(), Has.Length.EqualTo(10));
        Assert.That(() => new SimulatedTerminal(options), Throws.ArgumentException.With.Message.Contains("TerminalId").And.Message.Contains("TasPort"));
    }

    [TestCase(0)]
    [TestCase(5)]
    public void Topics_are_one_to_four(int count) =>
        Assert.That((Sound with { SubscriptionTopics = [.. Enumerable.Repeat("NL-CAT", count)] }).Validate(), Has.Exactly(1).Items);
}
