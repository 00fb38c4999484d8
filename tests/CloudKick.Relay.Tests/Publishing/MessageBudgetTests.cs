using CloudKick.Relay.Publishing;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Publishing;

internal sealed class MessageBudgetTests
{
    private const int Limit = 90;
    private const int Cloud = 100;

    [Test]
    public void No_second_carries_more_than_the_limit_and_a_burst()
    {
        var clock = new ManualTimeProvider();
        var budget = new MessageBudget(Limit, 0, clock);

        // As many as will go, for ten seconds, after a pause that lets a burst build up.
        clock.Advance(TimeSpan.FromMinutes(1));
        var arrived = Send(budget, clock, TimeSpan.FromSeconds(10), left => left);

        Assert.That(Busiest(arrived), Is.LessThanOrEqualTo(Limit + (Limit / 10)));
        Assert.That(arrived, Has.Count.GreaterThan(Limit * 9));
    }

    [Test]
    public void An_acknowledgement_that_takes_a_tenth_of_a_second_slows_nothing_down()
    {
        var clock = new ManualTimeProvider();
        var budget = new MessageBudget(Limit, 0, clock);

        var arrived = Send(budget, clock, TimeSpan.FromSeconds(10), left => left + TimeSpan.FromMilliseconds(90));

        Assert.That(arrived, Has.Count.GreaterThan(Limit * 9));
    }

    [Test]
    public void A_network_that_stands_still_does_not_bring_more_into_one_second_than_the_cloud_takes()
    {
        var clock = new ManualTimeProvider();
        var budget = new MessageBudget(Limit, 0, clock);
        var start = clock.GetUtcNow();

        // What leaves in the first 700 ms of each two seconds arrives at their end, and the rest at once.
        var arrived = Send(budget, clock, TimeSpan.FromSeconds(20), left =>
            (left - start).TotalMilliseconds % 2_000 is < 700 and var into ? left + TimeSpan.FromMilliseconds(700 - into) : left);

        Assert.That(Busiest(arrived), Is.LessThan(Cloud));
        Assert.That(arrived, Has.Count.GreaterThan(Limit * 10));
    }

    [Test]
    public void As_many_as_there_are_shares_may_be_under_way_and_one_that_arrives_frees_those_before_it_a_second_later()
    {
        var clock = new ManualTimeProvider();
        var budget = new MessageBudget(10, 0, clock);
        for (var i = 0; i < budget.Shares; i++)
            Assert.That(Leave(budget), Is.EqualTo(TimeSpan.Zero));
        Assert.That(budget.Shares, Is.EqualTo(11));

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Leave(budget), Is.GreaterThan(TimeSpan.Zero), "nothing is known to have arrived");

        // The broker may have dropped one, and never acknowledges it; it takes them in order.
        budget.Arrive(3);
        budget.Arrive(2);
        Assert.That(Leave(budget), Is.EqualTo(TimeSpan.FromSeconds(1)));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Enumerable.Range(0, 5).Select(_ => Leave(budget) == TimeSpan.Zero), Is.EqualTo([true, true, true, false, false]));
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
        {
            Assert.That(budget.Leave(out var number), Is.EqualTo(TimeSpan.Zero));
            budget.Arrive(number);
        }

        Assert.That(budget.TryBook(1, patience, out var delay), Is.True);

        Assert.That(delay, Is.EqualTo(TimeSpan.FromSeconds(1)), "a second has had as many as it may");
        clock.Advance(delay);
        Assert.That(budget.Leave(out _), Is.EqualTo(TimeSpan.Zero), "and it need not wait once more");
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

        Assert.That(Enumerable.Range(0, 10_000).All(i => Leave(budget) == TimeSpan.Zero), Is.True);
    }

    private static TimeSpan Leave(MessageBudget budget)
    {
        budget.TryBook(1, TimeSpan.MaxValue, out _);
        var wait = budget.Leave(out _);
        if (wait > TimeSpan.Zero)
            budget.GiveBack();
        return wait;
    }

    // Sends whenever there is a turn, and says when each arrived; its acknowledgement comes at that moment.
    private static List<DateTimeOffset> Send(MessageBudget budget, ManualTimeProvider clock, TimeSpan time, Func<DateTimeOffset, DateTimeOffset> arrival)
    {
        var arrived = new List<DateTimeOffset>();
        var underWay = new Queue<(long Number, DateTimeOffset At)>();
        for (var end = clock.GetUtcNow() + time; clock.GetUtcNow() < end; clock.Advance(TimeSpan.FromMilliseconds(1)))
        {
            for (var now = clock.GetUtcNow(); underWay.TryPeek(out var first) && first.At <= now; arrived.Add(now))
                budget.Arrive(underWay.Dequeue().Number);
            while (budget.TryBook(1, TimeSpan.Zero, out _))
            {
                if (budget.Leave(out var number) > TimeSpan.Zero)
                {
                    budget.GiveBack();
                    break;
                }
                underWay.Enqueue((number, arrival(clock.GetUtcNow())));
            }
        }
        return arrived;
    }

    private static int Busiest(List<DateTimeOffset> arrived) => arrived.Max(start => arrived.Count(at => at >= start && at < start.AddSeconds(1)));
}
