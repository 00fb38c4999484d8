using CloudKick.Mqtt;
using CloudKick.Relay.Database;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Tests.Kicks;
using CloudKick.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>The connections stay subscribed to the terminals' answers.</summary>
[CancelAfter(60_000)]
internal sealed class AnswerSubscriptionsTests
{
    // As often as the filters are looked at.
    private static readonly TimeSpan Refresh = TimeSpan.FromMinutes(1);

    [Test]
    public async Task What_is_refused_after_a_reconnect_is_not_heard_and_is_asked_for_again(CancellationToken cancellationToken)
    {
        await using var world = await KickWorld.CreateAsync();
        await using var cloud = new ScriptedCloud();
        await using var test = new TransportUnderTest(TransportUnderTest.Mqtt(cloud));
        var clock = new ManualTimeProvider();
        using var answers = new AnswerSubscriptions(
            test.Pool, new TenantDatabase(world.Database.Service), clock, NullLogger<AnswerSubscriptions>.Instance);
        await test.StartAsync(cancellationToken);
        await answers.StartAsync(cancellationToken);
        await Eventually.HoldsAsync(() => answers.IsListening, cancellationToken);
        var filters = cloud.Subscribed.ToHashSet();

        // The connection breaks, and the policy has been changed when it is back.
        cloud.SubscribeAnswer = _ => MqttReasonCode.NotAuthorized;
        cloud.PublishAnswer = (_, _) => throw new ScriptedCloud.Hangup();
        await test.PublishAsync();
        await Eventually.HoldsAsync(() => cloud.Connections == 2 && test.Pool.Publishing.All(slot => slot.IsUp), cancellationToken);
        Assert.That(answers.IsListening, Is.False);
        // Once by the client and once, since it is up again, by whoever keeps it subscribed.
        await Eventually.HoldsAsync(() => cloud.Subscribed.Count >= 3 * filters.Count, cancellationToken);
        cloud.SubscribeAnswer = _ => MqttReasonCode.GrantedQoS1;
        await clock.WaitForTimerAsync(Refresh, cancellationToken);
        clock.Advance(Refresh);

        await Eventually.HoldsAsync(() => filters.SetEquals(test.Pool.Answering[0].Client.Subscriptions.Select(granted => granted.TopicFilter)), cancellationToken);
        Assert.That(answers.IsListening, Is.True);
        await answers.StopAsync(cancellationToken);
    }
}
