using CloudKick.Relay.Diagnosis;
using CloudKick.Relay.Terminals;
using static CloudKick.Relay.Tests.Diagnosis.Evidences;

namespace CloudKick.Relay.Tests.Diagnosis;

/// <summary>Each fault that keeps a terminal away names its cause.</summary>
internal sealed class ChecksTests
{
    [Test]
    public void A_terminal_of_which_all_is_well_has_no_problem_and_nothing_unknown()
    {
        Assert.That(Checks.Evaluate(Healthy).Select(finding => finding.Verdict), Is.All.EqualTo(CheckVerdict.Ok));
    }

    public static IEnumerable<TestCaseData> Faults()
    {
        yield return Fault("whitelist.missing", Healthy with { IsListed = false });
        yield return Fault("whitelist.ended", Healthy with { EnabledUntil = MinutesAgo(1) });
        yield return Fault("whitelist.unassigned", Healthy with { Terminal = Healthy.Terminal with { MerchantId = null }, IsListed = false });
        yield return Fault("whitelist.merchant-disabled", Healthy with { MerchantDisabledAt = MinutesAgo(1) });
        yield return Fault("connect-mode.still-1", Healthy with { Terminal = Healthy.Terminal with { ConnectMode = ConnectMode.CloudConnect1 } });
        yield return Fault("management-system.mismatch", Healthy with { Refusals = [Refusal("management-system-mismatch", "GrundmasterBE", 2)] });
        yield return Fault("management-system.still-1", Healthy with { Refusals = [Refusal("cloud-connect-1", "08900000002", 2)] });
        yield return Fault("firmware.too-old", Healthy with { Terminal = Healthy.Terminal with { FirmwareVersion = "14.0.10.99" } });
        yield return Fault("installation.never-connected", NeverConnected);
        yield return Fault("installation.never-connected", NeverConnected with { Subscriptions = SubscriptionEvidence.Of([]) });
        yield return Fault("connection.offline", Offline("SERVER_ERROR"));
        yield return Fault("connection.offline", Offline(null));
        yield return Fault("connection.lost", Offline("MQTT_KEEP_ALIVE_TIMEOUT"));
        yield return Fault("connection.lost", Offline("CONNECTION_LOST"));
        yield return Fault("connection.left", Offline("CLIENT_INITIATED_DISCONNECT"));
        yield return Fault("connection.left", Offline("CLIENT_INITIATED_DISCONNECT") with { ShortStays = 2 });
        yield return Fault("connection.comes-and-goes", Offline("CLIENT_INITIATED_DISCONNECT") with { ShortStays = 3 });
        yield return Fault("connection.comes-and-goes", Healthy with
        {
            ShortStays = 3, Terminal = Healthy.Terminal with { ConnectedAt = MinutesAgo(0) }, Subscriptions = SubscriptionEvidence.NotAsked,
        });
        yield return Fault("connection.lost", Offline("CONNECTION_LOST") with { ShortStays = 3 });
        yield return Fault("connection.displaced", Offline("DUPLICATE_CLIENTID"));
        yield return Fault("connection.not-allowed", Offline("AUTH_ERROR"));
        yield return Fault("connection.not-allowed", Offline("FORBIDDEN_ACCESS"));
        yield return Fault("subscription.none", Healthy with { Kicks = [Kick()], Subscriptions = SubscriptionEvidence.Of([]) });
        yield return Fault("subscription.others", Healthy with { Kicks = [Kick()], Subscriptions = SubscriptionEvidence.Of(["BE-CAT/NL000001"]) });
        yield return Fault("subscription.others", NeverConnected with { PresenceIsObserved = false, Subscriptions = SubscriptionEvidence.Of(["BE-CAT/NL000001"]) });
        yield return Fault("session.answered-only", Healthy with { Kicks = [Kick(delivered: true)] });
        yield return Fault("session.silent", Healthy with { Kicks = [Kick()] });
    }

    [TestCaseSource(nameof(Faults))]
    public void A_fault_is_the_only_problem(Evidence evidence, string fault)
    {
        var problems = Checks.Evaluate(evidence).Where(finding => finding.Verdict is CheckVerdict.Problem);

        Assert.That(problems.Select(finding => $"{finding.Code}.{finding.Outcome}"), Is.EqualTo(new[] { fault }));
    }

    public static IEnumerable<TestCaseData> Mysteries()
    {
        yield return Fault("firmware.not-known", Healthy with { Terminal = Healthy.Terminal with { FirmwareVersion = null } });
        yield return Fault("installation.not-observed", Healthy with
        {
            Terminal = Healthy.Terminal with { Connected = null, ConnectedAt = null }, PresenceIsObserved = false,
        });
        yield return Fault("management-system.no-request", Healthy with { Kicks = [] });
        yield return Fault("subscription.not-asked", Healthy with { Kicks = [Kick()], Subscriptions = SubscriptionEvidence.NotAsked });
        yield return Fault("subscription.not-answered", Healthy with { Kicks = [Kick()], Subscriptions = SubscriptionEvidence.NotAnswered });
        yield return Fault("subscription.not-connected", NeverConnected with { Subscriptions = SubscriptionEvidence.Of([]) });
        yield return Fault("subscription.not-connected", Offline("CONNECTION_LOST") with { Subscriptions = SubscriptionEvidence.Of([]) });
        yield return Fault("session.no-kick", Healthy with { Kicks = [] });
        yield return Fault("session.not-subscribed", Healthy with { Kicks = [Kick()], Subscriptions = SubscriptionEvidence.Of([]) });
        yield return Fault("session.was-away", Offline("CONNECTION_LOST") with { Kicks = [Kick()] });
        yield return Fault("session.came-later", Healthy with { Terminal = Healthy.Terminal with { ConnectedAt = MinutesAgo(8) }, Kicks = [Kick()] });
        yield return Fault("session.came-later", Healthy with { Terminal = Healthy.Terminal with { ConnectedAt = null }, Kicks = [Kick()] });
        yield return Fault("session.no-kick", Healthy with { Kicks = [Cancelled()] });
        yield return Fault("session.no-kick", Healthy with { Kicks = [Cancelled(delivered: true)] });
        yield return Fault("subscription.not-asked", Healthy with { Kicks = [Cancelled()], Subscriptions = SubscriptionEvidence.NotAsked });
        yield return Fault("network.on-site", Offline("CONNECTION_LOST"));
    }

    [TestCaseSource(nameof(Mysteries))]
    public void What_nothing_tells_is_unknown_not_well(Evidence evidence, string mystery)
    {
        var unknown = Checks.Evaluate(evidence).Where(finding => finding.Verdict is CheckVerdict.Unknown);

        Assert.That(unknown.Select(finding => $"{finding.Code}.{finding.Outcome}"), Does.Contain(mystery));
    }

    public static IEnumerable<TestCaseData> KicksThatBlameNobody()
    {
        yield return new TestCaseData(Healthy with { Kicks = [Cancelled()] }).SetArgDisplayNames("cancelled");
        yield return new TestCaseData(Healthy with { Kicks = [Cancelled(delivered: true)] }).SetArgDisplayNames("cancelled after it was delivered");
        yield return new TestCaseData(Healthy with { Terminal = Healthy.Terminal with { ConnectedAt = MinutesAgo(8) }, Kicks = [Kick()] })
            .SetArgDisplayNames("expired before the terminal connected");
        yield return new TestCaseData(Offline("CONNECTION_LOST") with { Kicks = [Kick()] }).SetArgDisplayNames("expired, and the terminal is away");
    }

    [TestCaseSource(nameof(KicksThatBlameNobody))]
    public void A_kick_that_could_not_be_obeyed_does_not_blame_the_way_to_the_TAS(Evidence evidence)
    {
        Assert.That(Of(Checks.Session, evidence).Verdict, Is.EqualTo(CheckVerdict.Unknown));
    }

    [Test]
    public void A_cancelled_kick_does_not_hide_how_the_one_before_it_ended()
    {
        Assert.That(Of(Checks.Session, Healthy with { Kicks = [Cancelled(), Kick()] }).Outcome, Is.EqualTo("silent"));
        Assert.That(Of(Checks.Session, Healthy with { Kicks = [Cancelled(), Kick(connected: true)] }).Outcome, Is.EqualTo("worked"));
    }

    [Test]
    public void A_terminal_that_connected_at_the_very_moment_of_the_kick_was_there()
    {
        var evidence = Healthy with { Terminal = Healthy.Terminal with { ConnectedAt = MinutesAgo(10) }, Kicks = [Kick()] };

        Assert.That(Of(Checks.Session, evidence).Outcome, Is.EqualTo("silent"));
    }

    [Test]
    public void A_kick_that_was_heard_shows_that_the_terminal_listens_even_when_it_was_cancelled()
    {
        var evidence = Healthy with { Kicks = [Cancelled(delivered: true)], Subscriptions = SubscriptionEvidence.NotAsked };

        Assert.That(Of(Checks.Subscription, evidence).Outcome, Is.EqualTo("heard"));
    }

    [Test]
    public void A_kick_after_the_last_refusal_shows_that_the_till_was_mended()
    {
        var mended = Healthy with { Refusals = [Refusal("cloud-connect-1", "08900000002", 20)] };

        Assert.That(Checks.Evaluate(mended).Select(finding => finding.Verdict), Is.All.EqualTo(CheckVerdict.Ok));
    }

    [Test]
    public void A_shared_topic_counts_as_subscribed()
    {
        var shared = Healthy with { Topic = "NL-CAT", Subscriptions = SubscriptionEvidence.Of(["NL-CAT"]) };

        Assert.That(Checks.Evaluate(shared).Select(finding => finding.Verdict), Is.All.EqualTo(CheckVerdict.Ok));
    }

    [Test]
    public void A_live_session_is_the_best_news()
    {
        var coupled = Healthy with { Kicks = [], Terminal = Healthy.Terminal with { SessionId = Guid.NewGuid(), SessionOpenedAt = MinutesAgo(1) } };

        Assert.That(Of(Checks.Session, coupled).Outcome, Is.EqualTo("live"));
    }

    private static Finding Of(string code, Evidence evidence) => Checks.Evaluate(evidence).Single(finding => finding.Code == code);

    private static TestCaseData Fault(string outcome, Evidence evidence) => new TestCaseData(evidence, outcome).SetArgDisplayNames(outcome, evidence.Terminal.DisconnectReason ?? "");
}
