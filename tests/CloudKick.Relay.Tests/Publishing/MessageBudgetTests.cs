using CloudKick.Relay.Publishing;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Publishing;

internal sealed class MessageBudgetTests
{
    [Test]
    public void No_second_carries_more_than_the_limit()
    {
        const int limit = 90;
        var clock = new ManualTimeProvider();
        var budget = new MessageBudget(limit, 0, clock);
        var sent = new List<DateTimeOffset>();

        // As many as will go, for ten seconds, after a pause that lets a burst build up.
        clock.Advance(TimeSpan.FromMinutes(1));
        var end = clock.GetUtcNow().AddSeconds(10);
        while (clock.GetUtcNow() < end)
        {
            while (budget.TryBook(1, TimeSpan.Zero, out _))
            {
                Assert.That(budget.Leave(), Is.EqualTo(TimeSpan.Zero), "whose slot has come may leave");
                sent.Add(clock.GetUtcNow());
            }
            clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        // A network may bring what left within a little more than a second into one, and some of it late.
        var busiest = sent.Max(start => sent.Count(at => at >= start && at < start.AddSeconds(1.05)));
        Assert.That(busiest, Is.LessThanOrEqualTo(95));
        Assert.That(sent, Has.Count.GreaterThan(limit * 9));
    }

    [Test]
    public void Booked_slots_lie_behind_each_other()
    {
        var budget = new MessageBudget(10, 0, new ManualTimeProvider());
        var patience = TimeSpan.FromSeconds(2);

        var delays = Enumerable.Range(0, 5).Select(i => budget.TryBook(1, patience, out var delay) ? delay : TimeSpan.MinValue).ToList();

        Assert.That(delays, Is.Ordered);
        Assert.That(delays[^1], Is.GreaterThanOrEqualTo(TimeSpan.FromMilliseconds(300)));
    }

    [Test]
    public void Slot_that_is_given_back_is_free_for_the_next()
    {
        var budget = new MessageBudget(10, 0, new ManualTimeProvider());
        var patience = TimeSpan.FromSeconds(1);
        var booked = 0;
        while (budget.TryBook(1, patience, out _))
            booked++;
        Assert.That(booked, Is.InRange(10, 12));

        for (var i = 0; i < 4; i++)
            budget.GiveBack();

        Assert.That(Enumerable.Range(0, 10).Count(_ => budget.TryBook(1, patience, out var _)), Is.EqualTo(4));
    }

    [Test]
    public void Those_that_left_late_are_taken_into_account_when_the_next_books()
    {
        var clock = new ManualTimeProvider();
        var budget = new MessageBudget(10, 0, clock);
        var patience = TimeSpan.FromSeconds(2);
        // Held up until the last of them is due, they all leave at once.
        for (var i = 0; i < 11; i++)
            Assert.That(budget.TryBook(1, patience, out _), Is.True);
        clock.Advance(TimeSpan.FromSeconds(1));
        for (var i = 0; i < 11; i++)
            Assert.That(budget.Leave(), Is.EqualTo(TimeSpan.Zero));

        Assert.That(budget.TryBook(1, patience, out var delay), Is.True);

        Assert.That(delay, Is.GreaterThan(TimeSpan.FromSeconds(1)), "a second has had as many as it may");
        clock.Advance(delay);
        Assert.That(budget.Leave(), Is.EqualTo(TimeSpan.Zero), "and it need not wait once more");
    }

    [Test]
    public void Slot_beyond_patience_is_not_booked()
    {
        var budget = new MessageBudget(1, 0, new ManualTimeProvider());
        budget.TryBook(1, TimeSpan.Zero, out _);
        budget.Count(1);

        Assert.That(budget.TryBook(1, TimeSpan.FromSeconds(1), out var delay), Is.False);
        Assert.That(delay, Is.GreaterThan(TimeSpan.FromSeconds(1)));
        Assert.That(budget.Delay, Is.EqualTo(delay));
    }

    [Test]
    public void Zero_is_no_limit()
    {
        var budget = new MessageBudget(0, 0, new ManualTimeProvider());

        Assert.That(Enumerable.Range(0, 10_000).All(i => budget.TryBook(1, TimeSpan.Zero, out _) && budget.Leave() == TimeSpan.Zero), Is.True);
    }
}
