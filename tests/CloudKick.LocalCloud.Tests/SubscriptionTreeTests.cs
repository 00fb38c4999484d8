using System.Collections.Immutable;
using CloudKick.Mqtt;

namespace CloudKick.LocalCloud.Tests;

internal sealed class SubscriptionTreeTests
{
    private static readonly string[] Levels = ["a", "b", "", "$x"];

    [Test]
    public void Finds_just_what_the_filters_match_one_by_one([Range(1, 20)] int seed)
    {
        var random = new Random(seed);
        var tree = new SubscriptionTree();
        var session = new Session("client", MqttProtocolVersion.V5, new BrokerLimits(), tree);
        var subscriptions = new List<Subscription>();
        for (int round = 0; round < 300; round++)
        {
            if (subscriptions.Count > 0 && random.Next(3) == 0)
            {
                var gone = subscriptions[random.Next(subscriptions.Count)];
                subscriptions.Remove(gone);
                tree.Remove(gone);
            }
            else
            {
                string filter = RandomFilter(random);
                string? group = random.Next(4) == 0 ? $"g{random.Next(2)}" : null;
                subscriptions.Add(new Subscription(session, group, filter, new MqttSubscription(filter, MqttQualityOfService.AtMostOnce)));
                tree.Add(subscriptions[^1]);
            }

            string topic = RandomTopic(random);
            var expected = subscriptions.Where(subscription => MatchesOnAws(subscription.Filter, topic));
            Assert.That(Match(tree, topic), Is.EquivalentTo(expected), topic);
        }

        foreach (var subscription in subscriptions) tree.Remove(subscription);
        Assert.That(tree.IsEmpty, Is.True, "Nothing may stay behind.");
    }

    /// <summary>The standard's matching, except that <c>a/#</c> does not match <c>a</c>.</summary>
    private static bool MatchesOnAws(string filter, string topic) =>
        MqttTopic.Matches(filter, topic) && !(filter.EndsWith("/#", StringComparison.Ordinal) && filter.Count('/') > topic.Count('/'));

    private static List<Subscription> Match(SubscriptionTree tree, string topic)
    {
        var own = new List<Subscription>();
        var shared = new List<ImmutableArray<Subscription>>();
        tree.Match(topic, own, shared);
        return [.. own, .. shared.SelectMany(members => members)];
    }

    private static string RandomTopic(Random random)
    {
        string topic = string.Join('/', random.GetItems(Levels, random.Next(1, 5)));
        return topic.Length == 0 ? "a" : topic;
    }

    private static string RandomFilter(Random random)
    {
        var levels = random.GetItems([.. Levels, "+", "+"], random.Next(1, 5));
        if (random.Next(3) == 0) levels[^1] = "#";
        string filter = string.Join('/', levels);
        return filter.Length == 0 ? "+" : filter;
    }
}
