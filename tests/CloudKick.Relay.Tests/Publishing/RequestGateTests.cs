using CloudKick.Relay.Publishing;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Publishing;

[CancelAfter(20_000)]
internal sealed class RequestGateTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    [Test]
    public async Task What_has_no_place_waits_for_one_as_long_as_it_may(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        using var gate = new RequestGate(1, clock);
        await EnterAsync(gate);

        var waits = EnterAsync(gate);
        gate.Leave(null, isRefusal: false);
        var late = EnterAsync(gate);
        await clock.WaitForTimerAsync(Patience, cancellationToken);
        clock.Advance(Patience);

        Assert.That(await waits, Is.True);
        Assert.That(await late, Is.False);
    }

    [Test]
    public async Task A_way_that_fails_is_tried_by_one_at_a_time_less_and_less_often()
    {
        var clock = new ManualTimeProvider();
        using var gate = new RequestGate(8, clock);
        await Task.WhenAll(EnterAsync(gate), EnterAsync(gate));
        Assert.That(gate.Leave("no connection", isRefusal: false), Is.True);
        Assert.That(gate.Leave("no connection", isRefusal: false), Is.False, "what was under way with it is no news");

        foreach (var seconds in new[] { 1, 2, 4, 5, 5 })
        {
            clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.That(await EnterAsync(gate), Is.False, $"before {seconds} s");
            clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.That(gate.IsOpen, Is.True);
            Assert.That(await EnterAsync(gate), Is.True, $"after {seconds} s");
            Assert.That(await EnterAsync(gate), Is.False, "one, not two");
            gate.Leave("no connection", isRefusal: false);
        }

        clock.Advance(TimeSpan.FromSeconds(5));
        await EnterAsync(gate);
        Assert.That(gate.Leave(null, isRefusal: false), Is.True);
        Assert.That(await Task.WhenAll(EnterAsync(gate), EnterAsync(gate)), Is.All.True);
        Assert.That(gate.Fault, Is.Null);
    }

    [Test]
    public async Task Who_asked_for_nothing_gives_the_place_back_and_says_nothing_of_the_way()
    {
        var clock = new ManualTimeProvider();
        using var gate = new RequestGate(1, clock);
        await EnterAsync(gate);
        gate.Leave("no connection", isRefusal: false);
        clock.Advance(TimeSpan.FromSeconds(1));
        var attempt = TransportUnderTest.Attempt();
        Assert.That(await gate.TryEnterAsync(attempt, Patience), Is.True);

        gate.GiveBack(attempt);

        Assert.That(gate.Fault, Is.EqualTo("no connection"));
        Assert.That(await EnterAsync(gate), Is.True, "the place is free, and the next may try");
        gate.Leave("no connection", isRefusal: false);
        Assert.That(await EnterAsync(gate), Is.False, "one, not two");
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await EnterAsync(gate), Is.True, "the pause is what it would have been without it");
    }

    [Test]
    public async Task Who_may_try_and_finds_no_place_leaves_it_to_the_next(CancellationToken cancellationToken)
    {
        var clock = new ManualTimeProvider();
        using var gate = new RequestGate(2, clock);
        await Task.WhenAll(EnterAsync(gate), EnterAsync(gate));
        gate.Leave("no connection", isRefusal: false);
        var slow = TransportUnderTest.Attempt();
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await gate.TryEnterAsync(slow, Patience), Is.True);
        clock.Advance(TimeSpan.FromSeconds(2));

        var waits = EnterAsync(gate, TimeSpan.FromSeconds(1));
        await clock.WaitForTimerAsync(TimeSpan.FromSeconds(1), cancellationToken);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await waits, Is.False);
        gate.GiveBack(slow);

        Assert.That(gate.IsOpen, Is.True);
        Assert.That(await EnterAsync(gate), Is.True);
    }

    [Test]
    public async Task Who_asked_for_nothing_changes_nothing_of_a_way_that_works_again_meanwhile()
    {
        var clock = new ManualTimeProvider();
        using var gate = new RequestGate(3, clock);
        await Task.WhenAll(EnterAsync(gate), EnterAsync(gate), EnterAsync(gate));
        gate.Leave("no connection", isRefusal: false);
        clock.Advance(TimeSpan.FromSeconds(1));
        var attempt = TransportUnderTest.Attempt();
        await gate.TryEnterAsync(attempt, Patience);
        gate.Leave(null, isRefusal: false);

        gate.GiveBack(attempt);

        Assert.That(gate.Leave("no connection", isRefusal: false), Is.True);
        Assert.That(gate.IsOpen, Is.False);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(gate.IsOpen, Is.True, "the first pause is the shortest");
    }

    [Test]
    public async Task It_is_full_when_many_rounds_wait()
    {
        var clock = new ManualTimeProvider();
        using var gate = new RequestGate(2, clock);

        var entering = Enumerable.Range(0, 10).Select(_ => EnterAsync(gate)).ToList();

        Assert.That(gate.IsFull, Is.True);
        clock.Advance(Patience);
        Assert.That((await Task.WhenAll(entering)).Count(entered => entered), Is.EqualTo(2));
        Assert.That(gate.IsFull, Is.False);
    }

    // An attempt of its own.
    private static Task<bool> EnterAsync(RequestGate gate, TimeSpan? patience = null) => gate.TryEnterAsync(TransportUnderTest.Attempt(), patience ?? Patience);
}
