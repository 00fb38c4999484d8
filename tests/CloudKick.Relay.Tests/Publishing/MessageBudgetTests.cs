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
    public void As_many_as_there_are_shares_may_be_under_way_and_an_acknowledged_one_frees_those_before_it_a_second_later()
    {
        var clock = new ManualTimeProvider();
        var budget = new MessageBudget(10, 0, clock);
        Assert.That(Leave(budget, 12), Is.EqualTo(budget.Shares));
        Assert.That(budget.Shares, Is.EqualTo(11));

        clock.Advance(TimeSpan.FromSeconds(5));
        Assert.That(Leave(budget, 1), Is.Zero, "nothing is known to have arrived");
        Assert.That(budget.UntilShare, Is.GreaterThan(TimeSpan.Zero));

        // The broker may have dropped one, and never acknowledges it; it takes them in order.
        budget.Arrive(3, acknowledged: true);
        budget.Arrive(2, acknowledged: true);
        Assert.That(budget.UntilShare, Is.EqualTo(TimeSpan.FromSeconds(1)));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.That(Leave(budget, 5), Is.EqualTo(3));
    }

    [Test]
    public void One_that_never_left_says_nothing_of_those_before_it()
    {
        var clock = new ManualTimeProvider();
        var budget = new MessageBudget(10, 0, clock);
        Assert.That(Leave(budget, 11), Is.EqualTo(11));

        budget.Arrive(11, acknowledged: false);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That(Leave(budget, 5), Is.EqualTo(1));
    }

    [TestCase(1, ExpectedResult = 2)]
    [TestCase(90, ExpectedResult = 99)]
    [TestCase(95, ExpectedResult = 99)]
    [TestCase(100, ExpectedResult = 100)]
    [TestCase(1_000, ExpectedResult = 1_000)]
    public int There_is_a_tenth_more_of_shares_as_far_as_the_cloud_lets_it(int limit) => new MessageBudget(limit, 0, TimeProvider.System).Shares;

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
            Assert.That(budget.TryLeave(out var number), Is.True);
            budget.Arrive(number, acknowledged: true);
        }

        Assert.That(budget.TryBook(1, patience, out var delay), Is.True);

        Assert.That(delay, Is.EqualTo(TimeSpan.FromSeconds(1)), "a second has had as many as it may");
        clock.Advance(delay);
        Assert.That(budget.TryLeave(out _), Is.True, "and it need not wait once more");
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

        Assert.That(Leave(budget, 10_000), Is.EqualTo(10_000));
    }

    // How many of so many leave.
    private static int Leave(MessageBudget budget, int messages)
    {
        for (var left = 0; left < messages; left++)
        {
            budget.TryBook(1, TimeSpan.MaxValue, out _);
            if (budget.TryLeave(out _))
                continue;
            budget.GiveBack();
            return left;
        }
        return messages;
    }

    // Sends whenever there is a turn, and says when each arrived; its acknowledgement comes at that moment.
    private static List<DateTimeOffset> Send(MessageBudget budget, ManualTimeProvider clock, TimeSpan time, Func<DateTimeOffset, DateTimeOffset> arrival)
    {
        var arrived = new List<DateTimeOffset>();
        var underWay = new Queue<(long Number, DateTimeOffset At)>();
        for (var end = clock.GetUtcNow() + time; clock.GetUtcNow() < end; clock.Advance(TimeSpan.FromMilliseconds(1)))
        {
            for (var now = clock.GetUtcNow(); underWay.TryPeek(out var first) && first.At <= now; arrived.Add(now))
                budget.Arrive(underWay.Dequeue().Number, acknowledged: true);
            while (budget.TryBook(1, TimeSpan.Zero, out _))
            {
                if (!budget.TryLeave(out var number))
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
