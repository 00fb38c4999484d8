using CloudKick.Relay.Publishing;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudKick.Relay.Tests.Publishing;

internal sealed class RouteRefusalsTests
{
    private const string Route = "NL-CAT";
    private ManualTimeProvider _clock = null!;
    private ServiceProvider _services = null!;
    private RouteRefusals _refusals = null!;

    [SetUp]
    public void SetUp()
    {
        _clock = new ManualTimeProvider();
        _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        _refusals = new RouteRefusals(ActivatorUtilities.CreateInstance<PublishingMetrics>(_services), _clock, NullLogger<RouteRefusals>.Instance);
    }

    [TearDown]
    public void TearDown() => _services.Dispose();

    [Test]
    public void Connections_that_end_together_prove_nothing()
    {
        var sent = _clock.GetTimestamp();
        _clock.Advance(TimeSpan.FromSeconds(1));

        for (var connection = 0; connection < 8; connection++)
            _refusals.ClosedOn(Route, sent);

        Assert.That(Refuse(), Is.Null);
    }

    [Test]
    public void An_acknowledgement_clears_a_route()
    {
        Close(2);
        _refusals.Acknowledged(Route);
        Close(2);

        Assert.That(Refuse(), Is.Null);
        Assert.That(_refusals.Causes, Is.Empty);
    }

    [Test]
    public void A_refused_route_is_tried_again_now_and_then_and_less_and_less_often()
    {
        Close(3);

        Assert.That(Refuse(), Is.Not.Null);
        foreach (var minutes in new[] { 1, 2, 4, 5, 5 })
        {
            _clock.Advance(TimeSpan.FromMinutes(minutes) - TimeSpan.FromSeconds(1));
            Assert.That(Refuse(), Is.Not.Null, $"just before {minutes} min");
            _clock.Advance(TimeSpan.FromSeconds(1));
            Assert.That(Refuse(), Is.Null, $"a probe after {minutes} min");
            Assert.That(Refuse(), Is.Not.Null, "one, not two");
        }
    }

    [TestCase(AttemptOutcome.NotSent)]
    [TestCase(AttemptOutcome.Refused)]
    public void A_probe_that_says_nothing_of_the_route_leaves_it_to_the_next_at_once(AttemptOutcome outcome)
    {
        Close(3);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var probe = TransportUnderTest.Attempt(Route);
        Assert.That(_refusals.Refuse(probe), Is.Null);

        _refusals.Ended(probe, new AttemptResult(outcome));

        Assert.That(Refuse(), Is.Null);
        Assert.That(Refuse(), Is.Not.Null, "one, not two");
        _clock.Advance(TimeSpan.FromMinutes(2));
        Assert.That(Refuse(), Is.Null, "the pause is what it would have been without it");
    }

    [TestCase(AttemptOutcome.Unknown, Denial.None)]
    [TestCase(AttemptOutcome.Refused, Denial.Said)]
    public void A_probe_that_may_have_asked_the_cloud_is_used_up(AttemptOutcome outcome, Denial denial)
    {
        Close(3);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var probe = TransportUnderTest.Attempt(Route);
        _refusals.Refuse(probe);

        _refusals.Ended(probe, new AttemptResult(outcome, Denial: denial));

        Assert.That(Refuse(), Is.Not.Null);
    }

    [Test]
    public void The_attempt_that_probes_may_do_so_by_all_its_ways()
    {
        Close(3);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var probe = TransportUnderTest.Attempt(Route);

        Assert.That(_refusals.Refuse(probe), Is.Null);
        Assert.That(_refusals.Refuse(probe), Is.Null);
        Assert.That(Refuse(), Is.Not.Null, "another one may not");
    }

    [Test]
    public void A_closure_that_another_saw_meanwhile_is_not_undone_by_a_probe_that_never_left()
    {
        Close(3);
        _clock.Advance(TimeSpan.FromMinutes(1));
        var probe = TransportUnderTest.Attempt(Route);
        _refusals.Refuse(probe);

        Close(1);
        _refusals.Ended(probe, new AttemptResult(AttemptOutcome.NotSent));

        Assert.That(Refuse(), Is.Not.Null);
    }

    [Test]
    public void What_was_denied_is_shown_for_a_minute_and_holds_nothing_back()
    {
        _refusals.Denied(Route);

        Assert.That(Refuse(), Is.Null);
        Assert.That(_refusals.Causes, Has.Count.EqualTo(1));
        _clock.Advance(TimeSpan.FromMinutes(1));
        Assert.That(_refusals.Causes, Is.Empty);
    }

    [Test]
    public void A_denial_says_what_its_sender_knows_of_the_cause_and_a_flood_of_them_is_no_flood_of_words()
    {
        _refusals.Denied(Route, "terminal NL000123 may not receive");

        Assert.That(_refusals.Causes, Is.EqualTo(new[] { "terminal NL000123 may not receive" }));
        for (var terminal = 0; terminal < 1_000; terminal++)
            _refusals.Denied(Route, $"terminal {terminal} may not receive");
        Assert.That(_refusals.Causes, Has.Count.EqualTo(20));
    }

    // By an attempt of its own.
    private string? Refuse() => _refusals.Refuse(TransportUnderTest.Attempt(Route));

    private void Close(int times)
    {
        for (var i = 0; i < times; i++)
        {
            var sent = _clock.GetTimestamp();
            _clock.Advance(TimeSpan.FromSeconds(1));
            _refusals.ClosedOn(Route, sent);
        }
    }
}
