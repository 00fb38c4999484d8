using System.Collections.Concurrent;
using CloudKick.Mqtt;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary>Kicks that nobody looks after are claimed and published again.</summary>
[CancelAfter(60_000)]
internal sealed class KickSweeperTests
{
    [Test]
    public async Task An_attempt_that_gets_no_word_holds_up_no_other_kick(CancellationToken cancellationToken)
    {
        await using var world = await KickWorld.CreateAsync();
        var silent = await KickAsync(world);
        var later = await KickAsync(world);
        var way = new OneSilent(silent);
        // Its own sweeper rests: no cloud answers.
        await using var relay = await RelayHost.StartAsync(world.Database, cancellationToken: cancellationToken);
        var publisher = ActivatorUtilities.CreateInstance<KickPublisher>(relay.Services, way);
        using var sweeper = ActivatorUtilities.CreateInstance<KickSweeper>(relay.Services, publisher, way);
        await sweeper.StartAsync(cancellationToken);

        await world.LetLeaseLapseAsync(silent);
        await Eventually.HoldsAsync(() => way.Tried.Contains(silent), cancellationToken);
        await world.LetLeaseLapseAsync(later);
        await Eventually.HoldsAsync(() => way.Tried.Contains(later), cancellationToken);
        var stopping = sweeper.StopAsync(cancellationToken);

        Assert.That(stopping.IsCompleted, Is.False, "attempts that are under way come to their end");
        way.Speak();
        await stopping;
    }

    private static async Task<KickId> KickAsync(KickWorld world) => await world.AcceptNewAsync(world.Node("elsewhere", lease: TimeSpan.FromMinutes(1)));

    /// <summary>A way to the terminals that says nothing of one kick until it is told to.</summary>
    private sealed class OneSilent(KickId silent) : IKickTransport
    {
        private readonly TaskCompletionSource _speaks = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ConcurrentQueue<KickId> Tried { get; } = [];

        public bool IsUp => true;

        public TransportStatus Status => new(HealthStatus.Healthy, "");

        public void Speak() => _speaks.TrySetResult();

        public TransportRefusal? Reserve(TimeSpan life, out ReservedTurn? turn)
        {
            turn = null;
            return null;
        }

        public async Task<AttemptResult> PublishAsync(KickAttempt attempt, MqttMessage message, TimeSpan remaining, TimeSpan timeout)
        {
            Tried.Enqueue(attempt.Kick);
            if (attempt.Kick == silent)
                await _speaks.Task;
            return new AttemptResult(AttemptOutcome.Acknowledged);
        }
    }
}
