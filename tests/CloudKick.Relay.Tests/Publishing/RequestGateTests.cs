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
        await gate.TryEnterAsync(Patience);

        var waits = gate.TryEnterAsync(Patience);
        gate.Leave(null, isRefusal: false);
        var late = gate.TryEnterAsync(Patience);
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
        await Task.WhenAll(gate.TryEnterAsync(Patience), gate.TryEnterAsync(Patience));
        Assert.That(gate.Leave("no connection", isRefusal: false), Is.True);
        Assert.That(gate.Leave("no connection", isRefusal: false), Is.False, "what was under way with it is no news");

        foreach (var seconds in new[] { 1, 2, 4, 5, 5 })
        {
            clock.Advance(TimeSpan.FromSeconds(seconds) - TimeSpan.FromMilliseconds(1));
            Assert.That(await gate.TryEnterAsync(Patience), Is.False, $"before {seconds} s");
            clock.Advance(TimeSpan.FromMilliseconds(1));
            Assert.That(gate.IsOpen, Is.True);
            Assert.That(await gate.TryEnterAsync(Patience), Is.True, $"after {seconds} s");
            Assert.That(await gate.TryEnterAsync(Patience), Is.False, "one, not two");
            gate.Leave("no connection", isRefusal: false);
        }

        clock.Advance(TimeSpan.FromSeconds(5));
        await gate.TryEnterAsync(Patience);
        Assert.That(gate.Leave(null, isRefusal: false), Is.True);
        Assert.That(await Task.WhenAll(gate.TryEnterAsync(Patience), gate.TryEnterAsync(Patience)), Is.All.True);
        Assert.That(gate.Fault, Is.Null);
    }

    [Test]
    public async Task Who_asked_for_nothing_gives_the_place_back_and_says_nothing_of_the_way()
    {
        var clock = new ManualTimeProvider();
        using var gate = new RequestGate(1, clock);
        await gate.TryEnterAsync(Patience);
        gate.Leave("no connection", isRefusal: false);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(await gate.TryEnterAsync(Patience), Is.True);

        gate.GiveBack();

        Assert.That(gate.Fault, Is.EqualTo("no connection"));
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.That(await gate.TryEnterAsync(Patience), Is.True, "the place is free");
    }

    [Test]
    public async Task It_is_full_when_many_rounds_wait()
    {
        var clock = new ManualTimeProvider();
        using var gate = new RequestGate(2, clock);

        var entering = Enumerable.Range(0, 10).Select(_ => gate.TryEnterAsync(Patience)).ToList();

        Assert.That(gate.IsFull, Is.True);
        clock.Advance(Patience);
        Assert.That((await Task.WhenAll(entering)).Count(entered => entered), Is.EqualTo(2));
        Assert.That(gate.IsFull, Is.False);
    }
}
