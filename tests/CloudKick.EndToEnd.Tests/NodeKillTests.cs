using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using CloudKick.LocalCloud;
using CloudKick.Relay.Database;
using CloudKick.Relay.Merchants;
using CloudKick.Relay.Security;
using CloudKick.Terminal;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.EndToEnd.Tests;

/// <summary>One of two nodes is killed in the middle of a thousand kicks.</summary>
[CancelAfter(300_000)]
[NonParallelizable]
internal sealed class NodeKillTests
{
    private const int Kicks = 1000;
    private const int KillAfter = 300;
    private const int UnderWay = 32;
    private const int Tills = 16;
    private const int TtlSeconds = 30;

    [Test]
    public async Task Every_accepted_kick_ends_none_twice_none_late(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        var directory = Directory.CreateTempSubdirectory("cloudkick-kill-").FullName;
        await using var cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = directory }, cancellationToken: cancellationToken);
        var published = new ConcurrentQueue<(DateTimeOffset At, AcceptedPublish Publish)>();
        cloud.Control.PublishAccepted = publish => published.Enqueue((TimeProvider.System.GetUtcNow(), publish));
        var certificates = Path.Combine(directory, "relay-certificate");
        cloud.IssueDeviceCertificate("relay").WriteTo(certificates);
        var terminals = Enumerable.Range(1, Kicks).Select(i => $"NL{i:D6}").ToArray();
        var token = await PrepareAsync(database, terminals, cancellationToken);
        var history = new TerminalHistory();

        await using var balancer = new TcpBalancer();
        await using var doomed = await RelayProcess.StartAsync(database, cloud, certificates, balancer.Endpoint, cancellationToken);
        await using var survivor = await RelayProcess.StartAsync(database, cloud, certificates, balancer.Endpoint, cancellationToken);
        balancer.Backends = [doomed.Tas, survivor.Tas];
        await using var fleet = new TerminalFleet(Options(cloud, terminals, history));
        Assert.That(await fleet.StartAsync(null, cancellationToken), Is.Empty);

        // Each till repeats a request that got no answer, with its idempotency key, at the node that is left: as a till should.
        var accepted = new ConcurrentDictionary<string, string>();
        using var client = new HttpClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var posted = 0;
        await Parallel.ForEachAsync(
            terminals, new ParallelOptions { MaxDegreeOfParallelism = Tills, CancellationToken = cancellationToken },
            async (terminal, cancellation) =>
            {
                var number = Interlocked.Increment(ref posted);
                // Without acknowledgements every kick of the last moments is still leased when the node dies.
                if (number == KillAfter - UnderWay)
                    cloud.Control.HoldAcknowledgements();
                if (number == KillAfter)
                {
                    doomed.Kill();
                    cloud.Control.LoseAcknowledgements();
                }
                accepted[terminal] = await KickAsync(client, number % 2 == 0 ? doomed.Http : survivor.Http, survivor.Http, terminal, cancellation);
            });

        await WaitUntilNothingIsOpenAsync(database, cancellationToken);
        var kicks = await KicksAsync(database, cancellationToken);
        var byId = kicks.ToDictionary(kick => new Relay.Kicks.KickId(kick.KickId).ToString());
        var sessions = history.Snapshot().OfType<TerminalEvent.SessionOpened>().CountBy(opened => opened.KickId).ToList();
        var connectedEvents = await ConnectedEventsAsync(database, cancellationToken);
        var takenOver = await TakenOverAsync(database, cancellationToken);
        TestContext.Progress.WriteLine(string.Join(", ", kicks.CountBy(kick => $"{kick.State}/{kick.BrokerOutcome}")));

        Assert.Multiple(() =>
        {
            Assert.That(accepted, Has.Count.EqualTo(Kicks));
            Assert.That(accepted.Values.Where(id => !byId.ContainsKey(id)), Is.Empty, "every answer stands for a stored kick");
            Assert.That(kicks, Has.Count.EqualTo(Kicks), "no kick was stored twice");
            Assert.That(kicks.Select(kick => kick.State).Distinct(), Is.SubsetOf(new[] { "connected", "expired" }));
            Assert.That(kicks.Count(kick => kick.State == "connected"), Is.GreaterThan(Kicks * 95 / 100), "the node that is left takes over");
            Assert.That(takenOver, Is.GreaterThan(0), "the dead node's leases were taken over");
            Assert.That(connectedEvents, Is.LessThanOrEqualTo(1), "no kick was connected twice");
            Assert.That(sessions.Where(session => session.Value > 1), Is.Empty, "no terminal opened two sessions for one kick");
            Assert.That(
                published.Where(p => p.Publish.Message.Topic.StartsWith("NL-CAT/", StringComparison.Ordinal) && !p.Publish.Message.Topic.EndsWith("/ack", StringComparison.Ordinal))
                    .Where(p => p.At >= byId[(string)JsonNode.Parse(p.Publish.Message.Payload.Span)!["kick"]!].ExpiresAt),
                Is.Empty, "none was published after its deadline");
        });
        Directory.Delete(directory, recursive: true);
    }

    private static async Task<string> KickAsync(HttpClient client, Uri first, Uri second, string terminal, CancellationToken cancellationToken)
    {
        var kick = KickStage.Kick(terminal);
        kick["ttlSeconds"] = TtlSeconds;
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(attempt == 0 ? first : second, "v1/kicks"))
                {
                    Content = new StringContent(kick.ToJsonString(), new MediaTypeHeaderValue("application/json")),
                };
                request.Headers.Add("Idempotency-Key", "kick-" + terminal);
                using var response = await client.SendAsync(request, cancellationToken);
                if (response.StatusCode is HttpStatusCode.Created or HttpStatusCode.Accepted)
                    return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!["id"]!;
                Assert.That((int)response.StatusCode, Is.EqualTo(503).Or.EqualTo(409), await response.Content.ReadAsStringAsync(cancellationToken));
            }
            catch (HttpRequestException) when (attempt < 20)
            {
                // No answer: whether it was taken on is not known; the key makes asking again safe.
            }
        }
    }

    private static async Task<string> PrepareAsync(TestDatabase database, string[] terminals, CancellationToken cancellationToken)
    {
        await using var relay = await RelayHost.StartAsync(database, cancellationToken: cancellationToken);
        var merchant = await relay.AddMerchantAsync(cancellationToken: cancellationToken);
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            insert into terminals (terminal_id, merchant_id, management_system_id, thing_name) select t, @merchant, 'GrundmasterNL', t from unnest(@terminals) t;
            insert into whitelist_entries (merchant_id, terminal_id) select @merchant, t from unnest(@terminals) t
            """,
            new { merchant = merchant.Value, terminals });
        return (await relay.CreateKeyAsync(merchant, Scopes.KicksWrite)).Token;
    }

    private static IEnumerable<TerminalOptions> Options(LocalCloudServer cloud, string[] terminals, TerminalHistory history) =>
        terminals.Select(terminal => new TerminalOptions { TerminalId = terminal, Mqtt = Devices.Endpoint(cloud, terminal), Observer = history.Add });

    private static async Task WaitUntilNothingIsOpenAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        await Eventually.BecomesAsync(() => connection.ExecuteScalarAsync<long>("select count(*) from open_kicks"), 0, cancellationToken);
    }

    private static async Task<List<StoredKick>> KicksAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        return (await connection.QueryAsync<StoredKick>("select kick_id as KickId, state as State, broker_outcome as BrokerOutcome, expires_at as ExpiresAt from kicks")).AsList();
    }

    private static async Task<long> ConnectedEventsAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>(
            "select coalesce(max(n), 0) from (select count(*) as n from kick_events where event = 'connected' group by kick_id) c");
    }

    private static async Task<long> TakenOverAsync(TestDatabase database, CancellationToken cancellationToken)
    {
        await using var connection = await database.Owner.OpenConnectionAsync(cancellationToken);
        return await connection.ExecuteScalarAsync<long>("select count(*) from kick_events where detail like 'taken over%'");
    }

    private sealed record StoredKick
    {
        public required Guid KickId { get; init; }

        public required string State { get; init; }

        public required string BrokerOutcome { get; init; }

        public required DateTime ExpiresAt { get; init; }
    }
}
