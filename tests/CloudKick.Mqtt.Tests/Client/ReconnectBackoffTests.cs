using CloudKick.Mqtt.Client;

namespace CloudKick.Mqtt.Tests.Client;

internal sealed class ReconnectBackoffTests
{
    [Test]
    public void Chance_adds_up_to_half_and_never_takes_away()
    {
        var highest = new ReconnectBackoff(new MqttReconnectOptions(), () => 0.999_999);
        var lowest = new ReconnectBackoff(new MqttReconnectOptions(), () => 0);

        for (var i = 0; i < 100; i++)
        {
            Assert.That(lowest.NextAfterConnection(TimeSpan.Zero), Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)));
            Assert.That(highest.NextAfterConnection(TimeSpan.Zero), Is.InRange(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(45)));
        }
    }

    [Test]
    public void A_connection_that_died_young_counts_as_a_failure_and_one_that_lived_does_not()
    {
        var backoff = new ReconnectBackoff(new MqttReconnectOptions(), () => 0);

        backoff.NextAfterConnection(TimeSpan.Zero);
        Assert.That(backoff.NextAfterConnection(TimeSpan.FromSeconds(9.9)), Is.EqualTo(TimeSpan.FromSeconds(2)));
        Assert.That(backoff.NextAfterConnection(TimeSpan.FromSeconds(10)), Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That(backoff.NextAfterConnection(TimeSpan.Zero), Is.EqualTo(TimeSpan.FromSeconds(2)));
    }
}
