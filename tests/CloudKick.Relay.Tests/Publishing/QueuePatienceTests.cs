using CloudKick.Relay.Publishing;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Publishing;

internal sealed class QueuePatienceTests
{
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(10);

    private readonly ManualTimeProvider _clock = new();
    private QueuePatience _patience = null!;

    [SetUp]
    public void Begin() => _patience = new QueuePatience(Long, Short, _clock);

    [Test]
    public void A_burst_may_wait_long() =>
        Assert.That(Asked(every: 1, milliseconds: 100), Is.All.EqualTo(Long));

    [Test]
    public void Once_the_queue_stands_waiting_is_short_for_as_long_as_it_stands()
    {
        Asked(every: 1, milliseconds: 100);

        Assert.That(Asked(every: 4, milliseconds: 60_000), Is.All.EqualTo(Short));
    }

    [Test]
    public void A_quiet_moment_of_a_queue_that_stands_is_not_its_end()
    {
        Asked(every: 1, milliseconds: 200);
        _clock.Advance(TimeSpan.FromMilliseconds(400));

        Assert.That(_patience.Ask(), Is.EqualTo(Short));
    }

    [Test]
    public void Those_who_were_turned_away_and_come_back_together_are_a_burst()
    {
        Asked(every: 1, milliseconds: 200);
        _clock.Advance(TimeSpan.FromSeconds(1));

        Assert.That(Asked(every: 1, milliseconds: 100), Is.All.EqualTo(Long));
        Assert.That(Asked(every: 1, milliseconds: 100), Is.All.EqualTo(Short));
    }

    [Test]
    public void A_queue_met_now_and_again_is_many_bursts() =>
        Assert.That(Asked(every: 600, milliseconds: 60_000), Is.All.EqualTo(Long));

    private List<TimeSpan> Asked(int every, int milliseconds)
    {
        var asked = new List<TimeSpan>();
        for (var at = 0; at < milliseconds; at += every)
        {
            asked.Add(_patience.Ask());
            _clock.Advance(TimeSpan.FromMilliseconds(every));
        }
        return asked;
    }
}
