using CloudKick.Relay.RateLimits;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.RateLimits;

internal sealed class ThrottleTests
{
    private readonly ManualTimeProvider _clock = new();

    [Test]
    public void A_quiet_key_may_burst_and_then_waits_for_its_turn()
    {
        var throttle = Create(perMinute: 6, burst: 3);

        var taken = Enumerable.Range(0, 4).Select(_ => throttle.TryAcquire("a", out var _)).ToArray();
        throttle.TryAcquire("a", out var retryAfter);

        Assert.That(taken, Is.EqualTo((bool[])[true, true, true, false]));
        Assert.That(retryAfter, Is.EqualTo(TimeSpan.FromSeconds(10)));
    }

    [Test]
    public void Waiting_as_long_as_told_is_enough_and_no_less_is()
    {
        var throttle = Create(perMinute: 6, burst: 1);
        throttle.TryAcquire("a", out _);
        throttle.TryAcquire("a", out var retryAfter);

        _clock.Advance(retryAfter - TimeSpan.FromTicks(1));
        var early = throttle.TryAcquire("a", out _);
        _clock.Advance(TimeSpan.FromTicks(1));
        var onTime = throttle.TryAcquire("a", out _);

        Assert.That((early, onTime), Is.EqualTo((false, true)));
    }

    [Test]
    public void In_the_long_run_the_rate_holds_however_often_it_is_asked()
    {
        var throttle = Create(perMinute: 60, burst: 5);
        var passed = 0;

        for (var step = 0; step < 600; step++)
        {
            if (throttle.TryAcquire("a", out _))
                passed++;
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        Assert.That(passed, Is.InRange(60, 65));
    }

    [Test]
    public void Keys_do_not_count_for_each_other()
    {
        var throttle = Create(perMinute: 1, burst: 1);

        var taken = new[] { "a", "b" }.Select(key => throttle.TryAcquire(key, out _));

        Assert.That(taken, Is.All.True);
    }

    [Test]
    public void A_flood_of_keys_is_bounded_and_makes_room_when_it_ends()
    {
        var throttle = Create(perMinute: 60, burst: 1, maximumKeys: 100);

        var taken = Enumerable.Range(0, 1000).Count(key => throttle.TryAcquire($"key {key}", out _));
        var tracked = throttle.Tracked;
        _clock.Advance(TimeSpan.FromSeconds(1));
        var later = throttle.TryAcquire("a newcomer", out _);

        Assert.That((taken, tracked, later), Is.EqualTo((100, 100, true)));
        Assert.That(throttle.Tracked, Is.EqualTo(1));
    }

    [Test]
    public void Many_at_once_get_no_more_than_the_burst()
    {
        var throttle = Create(perMinute: 1, burst: 50);

        var taken = 0;
        Parallel.For(0, 1000, _ =>
        {
            if (throttle.TryAcquire("a", out var _))
                Interlocked.Increment(ref taken);
        });

        Assert.That(taken, Is.EqualTo(50));
    }

    [Test]
    public void Whoever_comes_while_room_is_being_made_is_not_refused()
    {
        const int keys = 2_000;
        var throttle = Create(perMinute: 60, burst: 1, maximumKeys: keys);
        for (var round = 0; round < 50; round++)
        {
            for (var key = 0; key < keys; key++)
                throttle.TryAcquire($"{round} {key}", out _);
            _clock.Advance(TimeSpan.FromSeconds(2));
            using var together = new Barrier(4);
            var taken = new bool[together.ParticipantCount];
            var threads = Enumerable.Range(0, taken.Length).Select(number => new Thread(() =>
            {
                together.SignalAndWait();
                taken[number] = throttle.TryAcquire($"{round} newcomer {number}", out _);
            })).ToArray();
            Array.ForEach(threads, thread => thread.Start());
            Array.ForEach(threads, thread => thread.Join());

            Assert.That(taken, Is.All.True, $"round {round}");
            _clock.Advance(TimeSpan.FromSeconds(2));
        }
    }

    private Throttle<string> Create(int perMinute, int burst, int maximumKeys = 1000) =>
        new(new RateLimit { PerMinute = perMinute, Burst = burst }, maximumKeys, _clock);
}
