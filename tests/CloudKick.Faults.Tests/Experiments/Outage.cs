using System.Collections.Concurrent;
using System.Diagnostics;
using CloudKick.Faults.Histories;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.Testing;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>A broker goes away under load and comes back: it is published to again within seconds, nothing is lost, and nobody storms it.</summary>
internal static class Outage
{
    /// <summary>How long each till of the load pauses.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    // Five seconds, and half of the longest wait, which is 2 s, as jitter.
    private static readonly TimeSpan PublishedAgain = TimeSpan.FromSeconds(5 + 1);

    // And what a busy machine needs for the last of the handshakes.
    private static readonly TimeSpan Back = PublishedAgain + TimeSpan.FromSeconds(3);

    // A client waits a second before it asks again, so within a little less none asks twice.
    private static readonly TimeSpan OneAttempt = TimeSpan.FromSeconds(0.9);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(6);

    // After 1, 3 and 5 seconds at the soonest: waits of 1, 2 and 2 s, and jitter.
    private const int AttemptsWhileAway = 3;

    // One that comes too early, one that succeeds.
    private const int AttemptsToComeBack = 2;

    /// <summary>Does it, and judges how it went but for the kicks.</summary>
    /// <param name="world">Where.</param>
    /// <param name="load">The kicks meanwhile.</param>
    /// <param name="clientsPerNode">How many connections to the broker each node has.</param>
    /// <param name="goAway">Ends the broker.</param>
    /// <param name="comeBack">Starts it again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <param name="dead">Stands in for the broker while it is away and tells who asks; null where TLS hides that.</param>
    public static async Task StrikeAsync(
        World world, KickLoad load, int clientsPerNode, Func<Task> goAway, Func<Task> comeBack, CancellationToken cancellationToken, DeadBroker? dead = null)
    {
        var clients = clientsPerNode * world.Nodes.Count;
        await Eventually.HoldsAsync(() => world.BrokerLink.OpenConnections >= clients, cancellationToken);
        var attempts = new ConcurrentQueue<DateTimeOffset>();
        world.BrokerLink.ConnectionAccepted = () => attempts.Enqueue(world.History.Now);
        try
        {
            await Run.UnderLoadAsync(load, 0, StrikeAsync, cancellationToken);
        }
        finally
        {
            world.BrokerLink.ConnectionAccepted = null;
        }

        async Task StrikeAsync()
        {
            world.History.Fault("the broker is away");
            var broker = world.BrokerLink.Backends;
            if (dead is not null)
                world.BrokerLink.Backends = [dead.Endpoint];
            await goAway();
            await Task.Delay(Away, cancellationToken);
            var whileAway = attempts.Count;
            if (dead is not null)
                world.BrokerLink.Backends = broker;
            await comeBack();
            world.History.Fault("the broker is back");
            var (back, watch) = (world.History.Now, Stopwatch.StartNew());
            await Eventually.HoldsAsync(
                () => watch.Elapsed > Back || world.History.Snapshot().OfType<Happening.Answered>().Any(answer => answer.At > back && answer.Text == "published"),
                cancellationToken);
            var published = watch.Elapsed;
            await Eventually.HoldsAsync(() => watch.Elapsed > Back || world.BrokerLink.OpenConnections >= clients, cancellationToken);
            var complete = watch.Elapsed;

            var (toComeBack, most) = (attempts.Count - whileAway, MostWithin(OneAttempt, attempts));
            TestContext.Progress.WriteLine(
                $"published again {published.TotalSeconds:F1} s after the broker was back, all {clients} connections after {complete.TotalSeconds:F1} s; "
                + $"attempts: {whileAway} while it was away, {toComeBack} to come back, at most {most} within {OneAttempt.TotalSeconds:F1} s");
            Assert.That(published, Is.LessThan(PublishedAgain), "published again");
            Assert.That(complete, Is.LessThan(Back), "every connection is back");
            Assert.That(most, Is.LessThanOrEqualTo(clients), "nobody asks twice within a second");
            Assert.That(whileAway, Is.LessThanOrEqualTo(AttemptsWhileAway * clients), "who is not answered asks less and less often");
            Assert.That(toComeBack, Is.LessThanOrEqualTo(AttemptsToComeBack * clients), "no storm on its return");
            if (dead is not null)
                JudgeEach(dead.Attempts, clients);
        }
    }

    // Client by client: one that asks too often is not hidden by others that ask less than they may.
    private static void JudgeEach(IReadOnlyList<(string ClientId, DateTimeOffset At)> attempts, int clients)
    {
        var each = attempts.GroupBy(attempt => attempt.ClientId, attempt => attempt.At).ToArray();
        Assert.That(each, Has.Length.EqualTo(clients), "each asks");
        Assert.That(each.Select(client => MostWithin(OneAttempt, client)), Is.All.EqualTo(1), "nobody asks twice within a second");
        Assert.That(each.Select(client => client.Count()), Is.All.InRange(1, AttemptsWhileAway), "and less and less often");
    }

    private static int MostWithin(TimeSpan window, IEnumerable<DateTimeOffset> moments)
    {
        var ordered = moments.Order().ToArray();
        return ordered.Length == 0 ? 0 : ordered.Select((moment, i) => ordered.Skip(i).TakeWhile(later => later - moment < window).Count()).Max();
    }
}
