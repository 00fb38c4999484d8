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
    // Four seconds and half as many of jitter, and what a busy machine needs for the handshakes.
    private static readonly TimeSpan Back = TimeSpan.FromSeconds(5 + 2 + 3);

    // A client waits a second before it asks again, so within a little less none asks twice.
    private static readonly TimeSpan OneAttempt = TimeSpan.FromSeconds(0.9);
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(6);

    // After 1, 2 and 4 seconds, and jitter.
    private const int AttemptsWhileAway = 3;

    // One that comes too early, one that succeeds.
    private const int AttemptsToComeBack = 2;

    public static async Task StrikeAsync(World world, Till till, int clientsPerNode, Func<Task> goAway, Func<Task> comeBack, CancellationToken cancellationToken)
    {
        var clients = clientsPerNode * world.Nodes.Count;
        await Eventually.HoldsAsync(() => world.BrokerLink.OpenConnections >= clients, cancellationToken);
        var attempts = new ConcurrentQueue<DateTimeOffset>();
        world.BrokerLink.ConnectionAccepted = () => attempts.Enqueue(world.History.Now);
        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals) { UnderWay = 4, Pause = TimeSpan.FromMilliseconds(100) }, 0,
            async () =>
            {
                world.History.Fault("the broker is away");
                await goAway();
                await Task.Delay(Away, cancellationToken);
                var whileAway = attempts.Count;
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
                Assert.That(complete, Is.LessThan(Back), "published again, and every connection is back");
                Assert.That(most, Is.LessThanOrEqualTo(clients), "nobody asks twice within a second");
                Assert.That(whileAway, Is.LessThanOrEqualTo(AttemptsWhileAway * clients), "who is not answered asks less and less often");
                Assert.That(toComeBack, Is.LessThanOrEqualTo(AttemptsToComeBack * clients), "no storm on its return");
            },
            cancellationToken);
        world.BrokerLink.ConnectionAccepted = null;
    }

    private static int MostWithin(TimeSpan window, IEnumerable<DateTimeOffset> moments)
    {
        var ordered = moments.Order().ToArray();
        return ordered.Length == 0 ? 0 : ordered.Select((moment, i) => ordered.Skip(i).TakeWhile(later => later - moment < window).Count()).Max();
    }
}
