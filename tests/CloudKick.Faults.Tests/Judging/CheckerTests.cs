using CloudKick.Faults.Histories;
using CloudKick.Faults.Judging;
using CloudKick.Terminal;

namespace CloudKick.Faults.Tests.Judging;

/// <summary>A checker that finds nothing proves nothing: each broken promise must be found, and a good history must pass.</summary>
internal sealed class CheckerTests
{
    private Story _story = null!;

    [SetUp]
    public void BeginAnew() => _story = new Story();

    [Test]
    public void Kick_that_goes_well_breaks_nothing() => Assert.That(_story.Broken(), Is.Empty);

    [Test]
    public void Answer_without_a_row_is_a_lost_kick()
    {
        _story.Kicks.Clear();
        _story.Events.Clear();
        _story.Sessions.Clear();

        Assert.That(_story.Broken(), Is.EquivalentTo(new[] { AnswerChecks.Stored, DeliveryChecks.RowFirst }));
    }

    [Test]
    public void Two_rows_of_one_kick_are_found()
    {
        _story.Kicks.Add(_story.Kicks[0]);

        Assert.That(_story.Broken(), Does.Contain(AnswerChecks.Stored));
    }

    [Test]
    public void Two_kicks_of_one_key_are_found()
    {
        _story.Kicks.Add(_story.Kicks[0] with { KickId = "kck_2", AcceptedAt = Story.At(2), EndedAt = Story.At(3) });
        _story.Happenings.Add(new Happening.Answered(Story.At(2), "key-1", Story.Terminal, 201, "kck_2", "accepted"));

        Assert.That(_story.Broken(), Does.Contain(AnswerChecks.OneKeyOneKick));
    }

    [Test]
    public void Till_that_was_told_connected_while_the_kick_expired_is_found()
    {
        _story.Happenings.Add(new Happening.Answered(Story.At(1), "key-1", Story.Terminal, 201, Story.Kick, "connected"));
        _story.Change(row => row with { State = "expired" });
        _story.Events[2] = Story.Step(3, "expired", 30.5);

        Assert.That(_story.Broken(), Does.Contain(AnswerChecks.True));
    }

    [Test]
    public void Till_that_was_told_published_of_what_was_never_sent_is_found()
    {
        _story.Change(row => row with { BrokerOutcome = "never_sent" });
        _story.Happenings.RemoveAll(happening => happening is Happening.Published);
        _story.Events.RemoveAt(1);

        Assert.That(_story.Broken(), Is.EqualTo(new[] { AnswerChecks.True }));
    }

    [Test]
    public void Kick_that_was_never_sent_it_says_while_the_broker_had_it_is_found()
    {
        _story.Happenings.RemoveAll(happening => happening is Happening.Answered);
        _story.Happenings.Add(new Happening.Answered(Story.At(0.3), "key-1", Story.Terminal, 202, Story.Kick, "accepted"));
        _story.Change(row => row with { BrokerOutcome = "never_sent" });
        _story.Events.RemoveAt(1);

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.NeverSent }));
    }

    [Test]
    public void Kick_that_is_published_it_says_before_the_broker_had_it_is_found_where_the_broker_tells_all()
    {
        _story.Happenings.RemoveAll(happening => happening is Happening.Published);
        _story.Happenings.Add(new Happening.Published(Story.At(0.26), Story.Kick, "NL-CAT/" + Story.Terminal, "relay-n1"));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.NeverSent }));
        _story.Rules = _story.Rules with { BrokerTellsAll = false };
        Assert.That(_story.Broken(), Is.Empty);
    }

    [Test]
    public void Kick_that_is_published_it_says_and_the_broker_never_had_is_found()
    {
        _story.Happenings.RemoveAll(happening => happening is Happening.Published);

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.NeverSent }));
    }

    [Test]
    public void Key_that_only_ever_heard_refusals_is_found_unless_they_may_be_final()
    {
        foreach (var second in Enumerable.Range(1, 60))
        {
            _story.Happenings.Add(new Happening.Asked(Story.At(second), "key-2", Story.Terminal, "n1"));
            _story.Happenings.Add(new Happening.Answered(Story.At(second + 0.1), "key-2", Story.Terminal, 503, null, "database-unavailable"));
        }

        Assert.That(_story.Broken(), Is.EqualTo(new[] { AnswerChecks.Accounted }));
        _story.Rules = _story.Rules with { FinalRefusals = ["database-unavailable"] };
        Assert.That(_story.Broken(), Is.Empty);
    }

    [Test]
    public void Key_that_is_refused_and_then_has_its_kick_is_accounted_for()
    {
        _story.Happenings.Insert(1, new Happening.Answered(Story.At(0.05), "key-1", Story.Terminal, 503, null, "database-unavailable"));

        Assert.That(_story.Broken(), Is.Empty);
    }

    [Test]
    public void Fault_of_the_relay_is_found_although_the_repeated_request_has_its_kick_unless_it_is_tolerated()
    {
        _story.Happenings.Insert(1, new Happening.Answered(Story.At(0.05), "key-1", Story.Terminal, 500, null, "internal-error"));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { AnswerChecks.NoFault }));
        _story.Rules = _story.Rules with { ToleratedFaults = ["internal-error"] };
        Assert.That(_story.Broken(), Is.Empty);
    }

    [Test]
    public void One_key_of_two_merchants_is_two_kicks()
    {
        _story.Happenings.Add(new Happening.Asked(Story.At(1), "key-1", Story.OthersTerminal, "n1"));
        _story.Happenings.Add(new Happening.Answered(Story.At(1.2), "key-1", Story.OthersTerminal, 202, "kck_2", "accepted"));
        _story.Kicks.Add(_story.Kicks[0] with
        {
            KickId = "kck_2", TerminalId = Story.OthersTerminal, MerchantId = Story.Other, State = "cancelled", BrokerOutcome = "unknown", AcceptedAt = Story.At(1.1), EndedAt = Story.At(3),
        });
        _story.Events.Add(Story.Step(4, "accepted", 1.1, "n1-a") with { KickId = "kck_2", MerchantId = Story.Other });
        _story.Events.Add(Story.Step(5, "cancelled", 3, "n1-a") with { KickId = "kck_2", MerchantId = Story.Other });
        _story.Keys.Add(new KeyRecord(Story.Other, "key-1", "kck_2"));

        Assert.That(_story.Broken(), Is.Empty);
        _story.Keys[1] = new KeyRecord(Story.Merchant, "key-1", "kck_2");
        Assert.That(_story.Broken(), Is.SupersetOf(new[] { AnswerChecks.OneKeyOneKick, TenantChecks.Tenant }));
    }

    [Test]
    public void Request_without_any_answer_is_found()
    {
        _story.Happenings.Add(new Happening.Asked(Story.At(1), "key-2", Story.Terminal, "n1"));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { AnswerChecks.Accounted }));
    }

    [Test]
    public void Kick_that_nobody_asked_for_is_found()
    {
        _story.Kicks.Add(_story.Kicks[0] with { KickId = "kck_2", AcceptedAt = Story.At(2), EndedAt = Story.At(3) });

        Assert.That(_story.Broken(), Does.Contain(AnswerChecks.Accounted));
    }

    [Test]
    public void Second_session_of_one_kick_is_found()
    {
        _story.Sessions.Add(_story.Sessions[0]);

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.OneSession }));
    }

    [Test]
    public void Terminal_that_opens_two_sessions_for_one_kick_is_found()
    {
        _story.Happenings.Add(new Happening.OfTerminal(new TerminalEvent.SessionOpened(Story.Terminal, Story.At(2), Story.Kick, "127.0.0.1", 5555)));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.OneSession }));
    }

    [Test]
    public void Publish_after_the_deadline_is_found_unless_the_network_held_it_up()
    {
        _story.Happenings.Add(new Happening.Published(Story.At(30.1), Story.Kick, "NL-CAT/" + Story.Terminal, "relay-n2"));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.InTime }));
        _story.Rules = _story.Rules with { NetworkDelays = true };
        Assert.That(_story.Broken(), Is.Empty);
    }

    [Test]
    public void Session_after_the_deadline_is_found()
    {
        _story.Sessions[0] = _story.Sessions[0] with { OpenedAt = Story.At(31) };

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.NotActedLate }));
    }

    [Test]
    public void Terminal_that_acts_on_a_kick_that_came_too_late_is_found()
    {
        _story.Happenings.RemoveAll(happening => happening is Happening.OfTerminal);
        _story.Happenings.Add(new Happening.OfTerminal(new TerminalEvent.KickReceived(Story.Terminal, Story.At(40), Story.Kick, "NL-CAT/" + Story.Terminal)));
        _story.Happenings.Add(new Happening.OfTerminal(new TerminalEvent.SessionOpened(Story.Terminal, Story.At(41), Story.Kick, "127.0.0.1", 5555)));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.NotActedLate }));
    }

    [Test]
    public void Publish_before_the_row_is_found()
    {
        _story.Happenings.Add(new Happening.Published(Story.At(0.05), Story.Kick, "NL-CAT/" + Story.Terminal, "relay-n1"));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.RowFirst }));
    }

    [Test]
    public void Kick_on_another_terminals_topic_is_found()
    {
        _story.Happenings.Add(new Happening.Published(Story.At(1), Story.Kick, "NL-CAT/NL000002", "relay-n1"));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.OwnTopic }));
    }

    [Test]
    public void Publish_of_what_left_the_whitelist_while_it_waited_is_found()
    {
        _story.Happenings.Add(new Happening.LeftWhitelist(Story.At(5), Story.Terminal));
        _story.Audited.Add(new AuditRecord(Story.Merchant, "whitelist.remove", Story.Terminal));
        _story.Happenings.Add(new Happening.Published(Story.At(7.1), Story.Kick, "NL-CAT/" + Story.Terminal, "relay-n1"));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.Whitelisted }));
    }

    [Test]
    public void Kick_that_ended_twice_is_found()
    {
        _story.Events.Add(Story.Step(4, "expired", 30.2));

        Assert.That(_story.Broken(), Does.Contain(StateChecks.Forward));
    }

    [Test]
    public void Attempt_after_the_end_is_found()
    {
        _story.Events.Add(Story.Step(4, "attempt", 2, "n2-b"));

        Assert.That(_story.Broken(), Does.Contain(StateChecks.Forward));
    }

    [Test]
    public void Overtaken_node_that_still_has_its_say_is_found()
    {
        _story.Events.Insert(1, Story.Step(1, "attempt", 0.15, "n2-b") with { EventId = 1 });
        _story.Events[0] = _story.Events[0] with { EventId = 0 };
        _story.Change(row => row with { Attempt = 2 });

        Assert.That(_story.Broken(), Is.EqualTo(new[] { StateChecks.Fenced }));
    }

    [Test]
    public void Outcome_of_an_attempt_that_was_never_begun_is_found()
    {
        _story.Events.Insert(1, Story.Step(1, "attempt_unknown", 0.15, "n1-a") with { EventId = 1 });
        _story.Events[0] = _story.Events[0] with { EventId = 0 };

        Assert.That(_story.Broken(), Is.EqualTo(new[] { StateChecks.Forward }), "unknown, then published, and one attempt");
        _story.Events.Insert(2, Story.Step(1, "attempt", 0.16, "n1-a") with { EventId = 1 });
        _story.Change(row => row with { Attempt = 2 });
        Assert.That(_story.Broken(), Is.Empty);
    }

    [Test]
    public void State_that_its_events_do_not_lead_to_is_found()
    {
        _story.Change(row => row with { State = "delivered", EndedAt = null });

        Assert.That(_story.Broken(), Does.Contain(StateChecks.Complete));
    }

    [Test]
    public void Outcome_that_no_event_tells_is_found()
    {
        _story.Events.RemoveAt(1);

        Assert.That(_story.Broken(), Is.EqualTo(new[] { StateChecks.Complete }));
    }

    [Test]
    public void State_without_its_event_is_found()
    {
        _story.Events.RemoveAt(2);

        Assert.That(_story.Broken(), Is.EqualTo(new[] { StateChecks.Complete }));
    }

    [Test]
    public void Kick_that_stays_open_is_found()
    {
        _story.Change(row => row with { State = "published", EndedAt = null });
        _story.Events.RemoveAt(2);

        Assert.That(_story.Broken(), Is.EqualTo(new[] { StateChecks.Ends }));
    }

    [Test]
    public void Two_open_kicks_of_one_terminal_are_found()
    {
        _story.Kicks.Add(_story.Kicks[0] with { KickId = "kck_2", AcceptedAt = Story.At(0.3), EndedAt = Story.At(3) });
        _story.Events.Add(Story.Step(2, "accepted", 0.3) with { KickId = "kck_2" });

        Assert.That(_story.Broken(), Does.Contain(StateChecks.OneOpen));
    }

    [Test]
    public void Kick_that_is_recorded_after_the_end_of_the_one_before_was_taken_on_after_it_whatever_their_clocks_read()
    {
        _story.Kicks.Add(_story.Kicks[0] with { KickId = "kck_2", AcceptedAt = Story.At(0.49), EndedAt = Story.At(3) });
        _story.Events.Add(Story.Step(4, "accepted", 0.49) with { KickId = "kck_2" });

        Assert.That(_story.Broken(), Does.Not.Contain(StateChecks.OneOpen));
    }

    [Test]
    public void Kick_of_another_merchant_is_found()
    {
        _story.Change(row => row with { MerchantId = Story.Other });

        Assert.That(_story.Broken(), Is.EqualTo(new[] { TenantChecks.Tenant }));
    }

    [Test]
    public void Session_of_another_merchant_is_found()
    {
        _story.Sessions[0] = _story.Sessions[0] with { MerchantId = Story.Other };

        Assert.That(_story.Broken(), Is.EqualTo(new[] { TenantChecks.Tenant }));
    }

    [Test]
    public void Broken_audit_chain_is_found()
    {
        _story.AuditFaults.Add(new AuditFault(Story.Merchant, 7, "changed"));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { TenantChecks.Audited }));
    }

    [Test]
    public void Change_that_the_audit_log_lacks_is_found()
    {
        _story.Happenings.Add(new Happening.LeftWhitelist(Story.At(5), Story.Terminal));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { TenantChecks.Audited }));
        _story.Audited.Add(new AuditRecord(Story.Merchant, "whitelist.remove", Story.Terminal));
        Assert.That(_story.Broken(), Is.Empty);
    }

    [Test]
    public void Orphan_that_nobody_takes_over_in_time_is_found()
    {
        _story.Happenings.Add(new Happening.NodeKilled(Story.At(0.2), "n1"));
        _story.Events.RemoveRange(1, 2);
        _story.Events.Add(Story.Step(2, "attempt", 15, "n2-b"));
        _story.Events.Add(Story.Step(3, "connected", 16, "n2-b"));
        _story.Change(row => row with { Attempt = 2, BrokerOutcome = "unknown" });

        Assert.That(_story.Broken(), Is.EqualTo(new[] { StateChecks.TakenOver }));
    }

    [Test]
    public void Connection_above_the_clouds_limit_is_found()
    {
        _story.Rules = _story.Rules with { PublishesPerSecond = 10 };
        _story.Happenings.AddRange(Enumerable.Range(0, 11).Select(i =>
            new Happening.Published(Story.At(1 + (i / 100.0)), Story.Kick, "NL-CAT/" + Story.Terminal, "relay-n1")));

        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.Quota }));
    }

    [Test]
    public void More_in_flight_than_may_be_is_found()
    {
        _story.Happenings.Add(new Happening.Acknowledges(Story.At(1), Now: false));
        _story.Happenings.AddRange(Enumerable.Range(0, 100).Select(i =>
            new Happening.Published(Story.At(1 + (i / 50.0)), Story.Kick, "NL-CAT/" + Story.Terminal, "relay-n1")));
        Assert.That(_story.Broken(), Is.Empty);

        _story.Happenings.Add(new Happening.Published(Story.At(4), Story.Kick, "NL-CAT/" + Story.Terminal, "relay-n1"));
        Assert.That(_story.Broken(), Is.EqualTo(new[] { DeliveryChecks.Quota }));
    }

    [Test]
    public void What_goes_over_https_is_within_no_connections_limit()
    {
        _story.Happenings.Add(new Happening.Acknowledges(Story.At(1), Now: false));
        _story.Happenings.AddRange(Enumerable.Range(0, 101).Select(i =>
            new Happening.Published(Story.At(1 + (i / 200.0)), Story.Kick, "NL-CAT/" + Story.Terminal, "")));

        Assert.That(_story.Broken(), Is.Empty);
    }

    [Test]
    public void Report_names_the_promise_the_kick_the_seed_and_how_to_repeat()
    {
        _story.Sessions.Add(_story.Sessions[0]);

        var report = _story.Judge().Report(4711, "run it again");

        Assert.That(report, Does.Contain(DeliveryChecks.OneSession).And.Contain(Story.Kick).And.Contain("4711").And.Contain("run it again"));
    }
}
