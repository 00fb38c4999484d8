using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using CloudKick.Faults.Load;
using CloudKick.LocalCloud;
using CloudKick.Testing;
using Dapper;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.EndToEnd.Tests;

/// <summary>As many kicks as AWS lets eight connections carry, more than that, and a broker that goes away meanwhile: nothing is lost.</summary>
[CancelAfter(300_000)]
[NonParallelizable]
internal sealed class LoadTests
{
    // A till's backends wait for answers, so that a slow machine's backlog does not come as one burst.
    private const int AtOnce = 256;

    // Far more than the pool takes within the time that a kick may wait for its turn.
    private const int TooManyAtOnce = 4_000;

    // What AWS's quota of a hundred leaves a connection after the relay's own margin.
    private const int PerConnection = 90;
    private const int Connections = 8;

    // Kicks for which no connection of the pool had room.
    private const string TurnedAway = "cloudkick.publish.turned_away";

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(20);

    [Test]
    public async Task Eight_connections_carry_700_kicks_a_second_for_a_minute_within_AWSs_quotas(CancellationToken cancellationToken)
    {
        const int perSecond = 700;
        const int kicks = perSecond * 60;
        // At 97 percent of what they carry, what a stall of the machine leaves behind is caught up with over seconds: it shall wait, and not be refused.
        await using var stage = await StartAsync("Mqtt", Connections, cancellationToken, new() { ["CloudKick:Publishing:StandingWait"] = "00:00:02" });
        using var counters = new CounterReadings(stage.Relay.Services.GetRequiredService<IMeterFactory>());
        var terminals = await RegisterAsync(stage, kicks);
        var bystanders = new Bystanders();
        var watch = Stopwatch.StartNew();

        var answers = await KickAsync(stage, terminals, perSecond, ttlSeconds: 60, cancellationToken);

        var sustained = kicks / watch.Elapsed.TotalSeconds;
        var others = bystanders.Share;
        TestContext.Progress.WriteLine($"{kicks} kicks in {watch.Elapsed.TotalSeconds:F1} s ({sustained:F0} a second), {others:P0} of the processors to others");
        Assert.That(answers.Count(answer => !IsAccepted(answer.Status)), Is.Zero, "refused");
        await AssertNothingIsLostAsync(stage, answers, Repeats.Never, cancellationToken);
        Assert.That(stage.Published.Count(IsKick), Is.EqualTo(kicks));
        Assert.That(counters.Of(TurnedAway), Is.Zero, "the pool was not the limit");
        // Whoever has only so much of the machine carries only so much.
        Assert.That(sustained, Is.AtLeast(0.75 * perSecond * (1 - others)), $"kicks a second; {others:P0} of the processors went to others");
    }

    [TestCase("Mqtt")]
    [TestCase("Auto")]
    public async Task Three_times_what_the_pool_may_carry_is_refused_or_goes_another_way_and_nothing_is_lost(string transport, CancellationToken cancellationToken)
    {
        // So few that a machine that has much else to do brings three times as many, too.
        const int connections = 2;
        const int perSecond = 3 * PerConnection * connections;
        await using var stage = await StartAsync(transport, connections, cancellationToken);
        using var counters = new CounterReadings(stage.Relay.Services.GetRequiredService<IMeterFactory>());
        var terminals = await RegisterAsync(stage, perSecond * 10);
        var watch = Stopwatch.StartNew();

        var answers = await KickAsync(stage, terminals, perSecond, ttlSeconds: 10, cancellationToken, TooManyAtOnce);

        Assert.That(
            answers.Select(answer => answer.Status).Where(status => !IsAccepted(status)),
            Is.All.AnyOf(HttpStatusCode.TooManyRequests, HttpStatusCode.ServiceUnavailable));
        var published = stage.Published.Where(IsKick).ToArray();
        var overMqtt = published.Count(publish => publish.ClientId.StartsWith("relay-", StringComparison.Ordinal));
        var overHttps = published.Length - overMqtt;
        TestContext.Progress.WriteLine(
            $"{transport}: of {answers.Count} kicks, {answers.Count / watch.Elapsed.TotalSeconds:F0} a second, {answers.Count(answer => !IsAccepted(answer.Status))} refused, {overMqtt} over MQTT, {overHttps} over HTTPS");
        Assert.That(overMqtt, Is.Positive);
        Assert.That(transport == "Auto" ? overHttps : answers.Count(answer => !IsAccepted(answer.Status)), Is.Positive);
        Assert.That(counters.Of(transport == "Auto" ? "cloudkick.publish.overflowed" : TurnedAway), Is.Positive, "the pool was the limit");
        await AssertNothingIsLostAsync(stage, answers, Repeats.WithANewAttempt, cancellationToken);
    }

    [Test]
    public async Task A_broker_that_is_down_for_20_seconds_gets_the_kicks_that_still_live_and_the_others_expire_as_never_sent(CancellationToken cancellationToken)
    {
        await using var stage = await StartAsync("Mqtt", connections: 4, cancellationToken);
        var terminals = await RegisterAsync(stage, 2_000);
        var (longer, shorter) = (terminals[..1_000], terminals[1_000..]);

        var shortLived = KickAsync(stage, shorter, perSecond: 25, ttlSeconds: 10, cancellationToken);
        var longLived = KickAsync(stage, longer, perSecond: 25, ttlSeconds: 60, cancellationToken);
        await stage.Cloud.Control.WaitForPublishedAsync("NL-CAT/" + longer[100], 1, cancellationToken);
        await stage.Cloud.Control.GoDownAsync();
        await Task.Delay(Outage, cancellationToken);
        await stage.Cloud.Control.ComeBackAsync(cancellationToken);
        Answer[] answers = [.. await shortLived, .. await longLived];

        // When it is back, new ones may have to stand behind those that waited: said with 429.
        Assert.That(answers.Select(answer => answer.Status), Is.All.AnyOf(HttpStatusCode.Created, HttpStatusCode.Accepted, HttpStatusCode.TooManyRequests));
        await AssertNothingIsLostAsync(stage, answers, Repeats.AfterACut, cancellationToken);
        var outcomes = await OutcomesAsync(stage, cancellationToken);
        var sent = (await longLived).Where(answer => answer.Kick is not null).Select(answer => outcomes[answer.Kick!].BrokerOutcome).ToArray();
        Assert.That(sent, Is.All.EqualTo("acked"));
        Assert.That(sent, Has.Length.GreaterThan(longer.Length / 2));
        var unsent = (await shortLived).Where(answer => answer.Kick is not null).Select(answer => outcomes[answer.Kick!]).Where(outcome => outcome.BrokerOutcome != "acked").ToArray();
        Assert.That(unsent.Select(outcome => outcome.State), Is.All.EqualTo("expired"));
        Assert.That(unsent.Count(outcome => outcome.BrokerOutcome == "never_sent"), Is.Positive);
        Assert.That(unsent.Count(outcome => outcome.BrokerOutcome == "unknown"), Is.AtMost(AtOnce), "only what was on its way when the broker went");
    }

    [Test]
    public async Task While_MQTT_is_down_for_20_seconds_kicks_go_over_https_and_none_expires_unsent(CancellationToken cancellationToken)
    {
        await using var stage = await StartAsync("Auto", connections: 4, cancellationToken);
        var terminals = await RegisterAsync(stage, 2_000);

        var kicking = KickAsync(stage, terminals, perSecond: 50, ttlSeconds: 10, cancellationToken);
        await stage.Cloud.Control.WaitForPublishedAsync("NL-CAT/" + terminals[200], 1, cancellationToken);
        stage.Cloud.Control.Order(new CloudFault(CloudFaultKind.Cut, "relay-*") { Duration = Outage });
        var answers = await kicking;

        Assert.That(answers.Select(answer => answer.Status), Has.All.Matches<HttpStatusCode>(IsAccepted));
        await AssertNothingIsLostAsync(stage, answers, Repeats.AfterACut, cancellationToken);
        Assert.That((await OutcomesAsync(stage, cancellationToken)).Values.Select(outcome => outcome.BrokerOutcome), Has.None.EqualTo("never_sent"));
        Assert.That(stage.Published.Where(IsKick).Select(publish => publish.ClientId.StartsWith("relay-", StringComparison.Ordinal)).Distinct().Count(), Is.EqualTo(2));
    }

    private static Task<KickStage> StartAsync(
        string transport, int connections, CancellationToken cancellationToken, Dictionary<string, string?>? settings = null) => KickStage.StartAsync(
        new Dictionary<string, string?>(RelayHost.NoRateLimits.Concat(settings ?? []))
        {
            ["CloudKick:Publishing:Transport"] = transport,
            ["CloudKick:Mqtt:Connections"] = connections.ToString(CultureInfo.InvariantCulture),
        },
        quotas: LocalCloudQuotas.Aws,
        cancellationToken: cancellationToken);

    // Nobody plays them: each is kicked once, and what is asked is whether the broker got it.
    private static async Task<string[]> RegisterAsync(KickStage stage, int terminals)
    {
        var ids = Enumerable.Range(1, terminals).Select(number => FleetProcess.TerminalId("LT", number)).ToArray();
        await using var connection = await stage.Database.Owner.OpenConnectionAsync();
        foreach (var some in ids.Chunk(5_000))
        {
            await connection.ExecuteAsync(
                """
                insert into terminals (terminal_id, merchant_id, management_system_id, thing_name) select t, @merchant, 'GrundmasterNL', t from unnest(@some) t;
                insert into whitelist_entries (merchant_id, terminal_id) select @merchant, t from unnest(@some) t
                """,
                new { merchant = stage.Merchant.Value, some });
        }
        return ids;
    }

    /// <summary>Kicks each terminal once, so many a second as long as not too many answers are outstanding.</summary>
    private static async Task<IReadOnlyList<Answer>> KickAsync(
        KickStage stage, string[] terminals, int perSecond, int ttlSeconds, CancellationToken cancellationToken, int atOnce = AtOnce)
    {
        var answers = new ConcurrentQueue<Answer>();
        using var places = new SemaphoreSlim(atOnce);
        var underWay = new List<Task>(terminals.Length);
        await foreach (var turn in Pace.TurnsAsync(terminals.Length, perSecond, cancellationToken))
        {
            await places.WaitAsync(cancellationToken);
            underWay.Add(KickOneAsync(terminals[turn]));
        }
        await Task.WhenAll(underWay);
        return [.. answers];

        async Task KickOneAsync(string terminal)
        {
            try
            {
                var request = KickStage.Kick(terminal);
                request["ttlSeconds"] = ttlSeconds;
                var (status, body) = await stage.PostAsync(request, cancellationToken: cancellationToken);
                answers.Enqueue(new Answer(terminal, status, IsAccepted(status) ? (string)body["id"]! : null, (string?)body["code"]));
            }
            finally
            {
                places.Release();
            }
        }
    }

    /// <summary>
    /// What was accepted was published, once unless it may repeat, or has expired and is known never to have been sent; what was refused was
    /// neither stored nor published. Where the database was not heard in time it may have been accepted, and then it fares like the others. No
    /// quota of the cloud was met.
    /// </summary>
    private static async Task AssertNothingIsLostAsync(KickStage stage, IReadOnlyList<Answer> answers, Repeats repeats, CancellationToken cancellationToken)
    {
        Assert.That(stage.Cloud.Control.OverQuota with { Delays = 0 }, Is.EqualTo(new QuotaCounters(0, 0, 0, 0, 0, 0)));
        var outcomes = await Eventually.HoldsAsync(
            () => OutcomesAsync(stage, cancellationToken),
            outcomes => outcomes.Values.All(outcome => outcome.BrokerOutcome == "acked" || outcome.EndedAt is not null),
            cancellationToken);
        var published = stage.Published.Where(IsKick).GroupBy(publish => publish.Message.Topic).ToDictionary(group => group.Key, group => group.Count());

        var ofTerminal = outcomes.ToDictionary(outcome => outcome.Value.Terminal, outcome => outcome.Key);
        TestContext.Progress.WriteLine($"{answers.Count(answer => answer.IsUnheard)} requests whose outcome the database did not say in time, {answers.Count(answer => answer.IsUnheard && ofTerminal.ContainsKey(answer.Terminal))} of them accepted");
        Assert.That(
            answers.Where(answer => !answer.IsUnheard && ofTerminal.GetValueOrDefault(answer.Terminal) != answer.Kick).Take(10), Is.Empty,
            "the kick of each 2xx is stored, and of each refusal none");
        var wrong = answers.Where(answer =>
        {
            var times = published.GetValueOrDefault("NL-CAT/" + answer.Terminal);
            if (!ofTerminal.TryGetValue(answer.Terminal, out var kick))
                return times != 0;
            var outcome = outcomes[kick];
            return outcome.BrokerOutcome switch
            {
                "acked" => times == 0 || times > MostTimes(outcome),
                "never_sent" => times != 0 || outcome.State != "expired",
                // Whether the broker had it when its time was over, or when the broker went: not known, and said so.
                _ => repeats == Repeats.Never || outcome.EndedAt is null || times > MostTimes(outcome),
            };
        });
        Assert.That(wrong.Take(10).Select(Told), Is.Empty);

        string Told(Answer answer) =>
            $"{answer}, {(ofTerminal.TryGetValue(answer.Terminal, out var kick) ? outcomes[kick] : null)}, published {published.GetValueOrDefault("NL-CAT/" + answer.Terminal)} times";

        int MostTimes(Outcome outcome) => repeats switch { Repeats.Never => 1, Repeats.WithANewAttempt => outcome.Attempts, _ => int.MaxValue };
    }

    private static async Task<Dictionary<string, Outcome>> OutcomesAsync(KickStage stage, CancellationToken cancellationToken)
    {
        await using var connection = await stage.Database.Owner.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(Guid Kick, string Terminal, string State, string BrokerOutcome, DateTime? EndedAt, int Attempts)>(
            "select kick_id, terminal_id, state, broker_outcome, ended_at, attempt from kicks");
        return rows.ToDictionary(
            row => new Relay.Kicks.KickId(row.Kick).ToString(), row => new Outcome(row.Terminal, row.State, row.BrokerOutcome, row.EndedAt, row.Attempts));
    }

    private static bool IsAccepted(HttpStatusCode status) => status is HttpStatusCode.Created or HttpStatusCode.Accepted;

    private static bool IsKick(AcceptedPublish publish) => publish.Message.Topic.StartsWith("NL-CAT/", StringComparison.Ordinal);

    private sealed record Answer(string Terminal, HttpStatusCode Status, string? Kick, string? Code)
    {
        /// <summary>Whether the relay does not know what became of it: a till would ask again with the same idempotency key.</summary>
        public bool IsUnheard => Code == "database-unavailable";
    }

    private sealed record Outcome(string Terminal, string State, string BrokerOutcome, DateTime? EndedAt, int Attempts);

    /// <summary>When a kick may reach the broker again, under its id.</summary>
    private enum Repeats
    {
        Never,

        /// <summary>A machine that is short of time lets a lease, or the kick's own time, be over before the broker's word is recorded; each time is an attempt of its own.</summary>
        WithANewAttempt,

        /// <summary>The client sends again what a connection that was cut may have delivered.</summary>
        AfterACut,
    }
}
