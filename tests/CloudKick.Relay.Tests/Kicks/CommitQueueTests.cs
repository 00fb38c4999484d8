using CloudKick.Relay.Kicks;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Kicks;

internal sealed class CommitQueueTests
{
    private const int Batch = 128;

    private readonly ManualTimeProvider _clock = new();
    private KickOptions _options = null!;
    private CommitQueue _queue = null!;

    [SetUp]
    public void Begin()
    {
        _options = new KickOptions();
        _queue = new CommitQueue(_options, _clock);
    }

    [Test]
    public void Before_the_first_commit_there_is_room_for_as_many_as_may_wait_at_all() => AssertRoom(_options.MaximumQueued);

    [TestCase(20, 5 * Batch)]
    [TestCase(40, 2 * Batch)]
    [TestCase(30, 3 * Batch)]
    [TestCase(100, 2 * Batch)]
    [TestCase(5_000, 2 * Batch)]
    public void As_many_may_wait_as_begin_within_the_wait_and_never_fewer_than_two_commits_take(int milliseconds, int room)
    {
        Commit(milliseconds);

        AssertRoom(room);
    }

    [Test]
    public void However_fast_commits_are_no_more_wait_than_may()
    {
        Commit(milliseconds: 1);

        AssertRoom(_options.MaximumQueued);
    }

    [Test]
    public void A_commit_that_does_not_end_counts_for_what_it_has_taken()
    {
        Commit(milliseconds: 20);
        var hung = _queue.Begin();
        AssertRoom(5 * Batch);

        _clock.Advance(TimeSpan.FromSeconds(3));
        AssertRoom(2 * Batch);
        Assert.That(_queue.Pace, Is.EqualTo(TimeSpan.FromSeconds(3)));

        _queue.End(hung);
        Commit(milliseconds: 20);
        AssertRoom(5 * Batch);
    }

    [Test]
    public void While_nothing_is_committed_the_last_commit_counts()
    {
        Commit(milliseconds: 20);
        _clock.Advance(TimeSpan.FromMinutes(1));

        AssertRoom(5 * Batch);
    }

    [Test]
    public void Several_writers_take_as_many_more()
    {
        _options.Writers = 3;
        _queue = new CommitQueue(_options, _clock);
        Commit(milliseconds: 5_000);

        AssertRoom(3 * 2 * Batch);
    }

    [Test]
    public void Fewer_than_a_commit_takes_may_be_all_that_may_wait()
    {
        _options.MaximumQueued = 10;
        _queue = new CommitQueue(_options, _clock);
        Commit(milliseconds: 5_000);

        AssertRoom(10);
    }

    private void Commit(int milliseconds)
    {
        var began = _queue.Begin();
        _clock.Advance(TimeSpan.FromMilliseconds(milliseconds));
        _queue.End(began);
    }

    private void AssertRoom(int room) => Assert.That((_queue.HasRoom(room - 1), _queue.HasRoom(room)), Is.EqualTo((true, false)));
}
