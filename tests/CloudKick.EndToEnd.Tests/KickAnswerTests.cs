using System.Net;
using System.Text.Json.Nodes;
using CloudKick.Relay.Security;
using CloudKick.Terminal;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests;

/// <summary>Each way in which a kick can be asked for wrongly has its documented answer, and nothing is published that should not be.</summary>
[CancelAfter(180_000)]
internal sealed class KickAnswerTests
{
    private KickStage _stage = null!;

    [OneTimeSetUp]
    public async Task SetTheStage() => _stage = await KickStage.StartAsync();

    [OneTimeTearDown]
    public async Task ClearTheStage() => await _stage.DisposeAsync();

    [Test]
    public async Task Kick_of_a_waiting_terminal_is_connected_and_its_ladder_complete(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);

        var (status, kick) = await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((string?)kick["state"], Is.EqualTo("connected"));
        Assert.That((string?)kick["outcome"], Is.EqualTo("coupled"));
        Assert.That((bool?)kick["retrySafe"], Is.True);
        Assert.That(kick["ladder"]!.AsArray().Select(step => $"{step!["step"]} {step["status"]}").Take(2), Is.EqualTo(new[] { "accepted done", "published done" }));
        Assert.That((string?)kick["ladder"]![3]!["status"], Is.EqualTo("done"));
        Assert.That(_stage.PublishedTo(terminal), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Message_is_as_documented(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(TerminalBehaviour.Deaf, cancellationToken: cancellationToken);

        var (_, kick) = await _stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken);
        await _stage.WaitForPublishedToAsync(terminal, cancellationToken);

        var message = _stage.PublishedTo(terminal).Single().Message;
        var payload = JsonNode.Parse(message.Payload.Span)!;
        Assert.That((string?)payload["kick"], Is.EqualTo((string?)kick["id"]));
        Assert.That((string?)payload["cmd"], Is.EqualTo("connect"));
        Assert.That((string?)payload["terminal"], Is.EqualTo(terminal));
        Assert.That((string?)payload["protocol"], Is.EqualTo("OPI_NL"));
        Assert.That((long)payload["exp"]! - (long)payload["iat"]!, Is.EqualTo(30));
        Assert.That((int)payload["tas"]!["port"]!, Is.GreaterThan(0));
        Assert.That(message.Retain, Is.False);
        Assert.That(message.MessageExpiryInterval, Is.InRange(20u, 30u));
        Assert.That(message.ResponseTopic, Is.EqualTo($"NL-CAT/{terminal}/ack"));
        Assert.That(message.ContentType, Is.EqualTo("application/json"));
    }

    [Test]
    public async Task Trace_goes_along_to_the_terminal(CancellationToken cancellationToken)
    {
        const string trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        var terminal = await _stage.StartTerminalAsync(TerminalBehaviour.Deaf, cancellationToken: cancellationToken);
        var client = await _stage.Relay.CreateClientAsync(_stage.Merchant, Scopes.KicksWrite);
        client.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");

        await KickStage.PostAsync(client, KickStage.Kick(terminal), cancellationToken: cancellationToken);
        await _stage.WaitForPublishedToAsync(terminal, cancellationToken);

        var properties = _stage.PublishedTo(terminal).Single().Message.UserProperties;
        Assert.That(properties.Single(property => property.Name == "traceparent").Value, Does.Contain(trace));
    }

    private static readonly TestCaseData[] BadIds =
    [
        .. new[] { "", "a/b", "+", "#", "$aws", "12345678901234567", "NL\0001", "NL 1", "NL\n1", "\U0001F4B3", "É" }
            .Select((id, i) => new TestCaseData(id) { TestName = $"Bad_terminal_id_is_refused_and_named ({i})" }),
    ];

    [TestCaseSource(nameof(BadIds))]
    public async Task Bad_terminal_id_is_refused_and_named(string id)
    {
        var before = KicksPublished;

        var (status, problem) = await _stage.PostAsync(KickStage.Kick(id));

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That((string?)problem["code"], Is.EqualTo("invalid-request"));
        Assert.That(problem["errors"]!.AsArray().Select(error => (string?)error!["field"]), Is.EqualTo(new[] { "terminalId" }));
        Assert.That(KicksPublished, Is.EqualTo(before));
    }

    [Test]
    public async Task Terminal_that_is_kicked_too_often_is_spared_and_another_merchant_cannot_use_its_limit_up(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        var stranger = await _stage.Relay.CreateClientAsync(await _stage.Relay.AddMerchantAsync("Stranger", cancellationToken), Scopes.KicksWrite);

        var strangers = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
            strangers.Add((await KickStage.PostAsync(stranger, KickStage.Kick(terminal), cancellationToken: cancellationToken)).Status);
        var own = new List<HttpStatusCode>();
        for (var i = 0; i < 8; i++)
            own.Add((await _stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken)).Status);

        Assert.That(strangers, Has.Member(HttpStatusCode.TooManyRequests));
        Assert.That(own.First(), Is.AnyOf(HttpStatusCode.Created, HttpStatusCode.Accepted));
        Assert.That(own.Last(), Is.EqualTo(HttpStatusCode.TooManyRequests));
    }

    [Test]
    public async Task All_faults_of_a_request_come_in_one_answer()
    {
        var kick = new JsonObject
        {
            ["terminalId"] = "a/b", ["accessProtocol"] = "OPI_XX", ["ttlSeconds"] = 4, ["onOffline"] = "perhaps", ["reference"] = "card 4111 1111 1111 1111",
            ["ip"] = "here", ["port"] = 70000,
        };

        var (status, problem) = await _stage.PostAsync(kick, wait: 26, idempotencyKey: new string('x', 256));

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(
            problem["errors"]!.AsArray().Select(error => (string?)error!["field"]),
            Is.EquivalentTo(new[]
            {
                "terminalId", "managementSystemId", "accessProtocol", "reference", "ttlSeconds", "onOffline", "ip", "port", "Idempotency-Key", "Prefer",
            }));
        Assert.That(problem.ToJsonString(), Does.Not.Contain("4111"));
    }

    [Test]
    public async Task Unknown_foreign_and_unlisted_terminals_get_the_same_answer()
    {
        var other = await _stage.Relay.AddMerchantAsync("Other");
        var foreign = await _stage.RegisterTerminalAsync(other);
        var unlisted = await _stage.RegisterTerminalAsync(whitelisted: false);
        var answers = new List<string>();
        foreach (var terminal in new[] { foreign, unlisted, "NL999999" })
        {
            var (status, problem) = await _stage.PostAsync(KickStage.Kick(terminal));
            Assert.That(status, Is.EqualTo(HttpStatusCode.Forbidden));
            Assert.That((string?)problem["code"], Is.EqualTo("terminal-not-whitelisted"));
            problem.Remove("traceId");
            answers.Add(problem.ToJsonString().Replace(terminal, "TERMINAL", StringComparison.Ordinal));
            Assert.That(_stage.PublishedTo(terminal), Is.Empty);
        }

        Assert.That(answers.Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task Cloud_connect_1_0_is_explained()
    {
        var terminal = await _stage.RegisterTerminalAsync();
        var kick = KickStage.Kick(terminal);
        kick["managementSystemId"] = "08900000002";
        kick["ip"] = "192.168.1.20";
        kick["port"] = 4105;

        var (status, problem) = await _stage.PostAsync(kick);

        Assert.That(status, Is.EqualTo(HttpStatusCode.UnprocessableEntity));
        Assert.That((string?)problem["code"], Is.EqualTo("cloud-connect-1"));
        Assert.That((string?)problem["detail"], Does.Contain("GrundmasterNL"));
        Assert.That(_stage.PublishedTo(terminal), Is.Empty);
    }

    [Test]
    public async Task Wrong_management_system_is_a_mismatch()
    {
        var terminal = await _stage.RegisterTerminalAsync();
        var kick = KickStage.Kick(terminal);
        kick["managementSystemId"] = "GrundmasterBE";

        var (status, problem) = await _stage.PostAsync(kick);

        Assert.That((int)status, Is.EqualTo(422));
        Assert.That((string?)problem["code"], Is.EqualTo("management-system-mismatch"));
        Assert.That(_stage.PublishedTo(terminal), Is.Empty);
    }

    [Test]
    public async Task Offline_terminal_is_a_conflict_unless_asked_to_try(CancellationToken cancellationToken)
    {
        var terminal = await _stage.RegisterTerminalAsync();
        await using (await _stage.PlayAsync(terminal, cancellationToken: cancellationToken))
            await WaitForPresenceAsync(terminal, "online", cancellationToken);
        await WaitForPresenceAsync(terminal, "offline", cancellationToken);

        var (refused, problem) = await _stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken);
        var tryAnyway = KickStage.Kick(terminal);
        tryAnyway["onOffline"] = "try";

        Assert.That(refused, Is.EqualTo(HttpStatusCode.Conflict));
        Assert.That((string?)problem["code"], Is.EqualTo("terminal-offline"));
        Assert.That(_stage.PublishedTo(terminal), Is.Empty);

        var (tried, kick) = await _stage.PostAsync(tryAnyway, cancellationToken: cancellationToken);
        await _stage.PlayAsync(terminal, cancellationToken: cancellationToken);
        kick = await _stage.GetKickAsync((string)kick["id"]!, wait: 20, cancellationToken);

        Assert.That(tried, Is.AnyOf(HttpStatusCode.Created, HttpStatusCode.Accepted));
        Assert.That((string?)kick["state"], Is.EqualTo("connected"), "a terminal that comes back while its kick is open gets it");
    }

    [Test]
    public async Task Missing_key_and_wrong_scope_are_refused()
    {
        var terminal = await _stage.RegisterTerminalAsync();
        var anonymous = _stage.Relay.CreateClient();
        var reader = await _stage.Relay.CreateClientAsync(_stage.Merchant, Scopes.KicksRead);
        var admin = await _stage.Relay.CreateAdminClientAsync();

        var answers = new List<(HttpStatusCode, string?)>();
        foreach (var client in new[] { anonymous, _stage.Relay.CreateClient("ck_test_nonsense"), reader, admin })
        {
            var (status, problem) = await KickStage.PostAsync(client, KickStage.Kick(terminal));
            answers.Add((status, (string?)problem["code"]));
        }

        Assert.That(answers, Is.EqualTo(new[]
        {
            (HttpStatusCode.Unauthorized, "unauthorized"), (HttpStatusCode.Unauthorized, "unauthorized"),
            (HttpStatusCode.Forbidden, "insufficient-scope"), (HttpStatusCode.Forbidden, "insufficient-scope"),
        }));
        Assert.That(_stage.PublishedTo(terminal), Is.Empty);
    }

    [Test]
    public async Task Same_key_and_request_is_the_same_kick_and_another_request_is_refused(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        var (_, first) = await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, idempotencyKey: "till-7-0001", cancellationToken: cancellationToken);

        var (status, again) = await _stage.PostAsync(KickStage.Kick(terminal), idempotencyKey: "till-7-0001", cancellationToken: cancellationToken);
        var changed = KickStage.Kick(terminal);
        changed["reference"] = "another";
        var (conflict, problem) = await _stage.PostAsync(changed, idempotencyKey: "till-7-0001", cancellationToken: cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((string?)again["id"], Is.EqualTo((string?)first["id"]));
        Assert.That((int)conflict, Is.EqualTo(422));
        Assert.That((string?)problem["code"], Is.EqualTo("idempotency-key-reused"));
        Assert.That(_stage.PublishedTo(terminal), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Coupled_terminal_is_connected_at_once_without_another_message(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);

        var (status, kick) = await _stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((string?)kick["state"], Is.EqualTo("connected"));
        Assert.That((string?)kick["ladder"]![1]!["status"], Is.EqualTo("not_observed"));
        Assert.That(_stage.PublishedTo(terminal), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Kick_that_nobody_answers_expires_with_advice(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(TerminalBehaviour.Deaf, cancellationToken: cancellationToken);
        var request = KickStage.Kick(terminal);
        request["ttlSeconds"] = 5;

        var (_, kick) = await _stage.PostAsync(request, wait: 20, cancellationToken: cancellationToken);

        Assert.That((string?)kick["state"], Is.EqualTo("expired"));
        Assert.That((string?)kick["outcome"], Is.EqualTo("not_coupled"));
        Assert.That((string?)kick["brokerOutcome"], Is.EqualTo("acked"));
        Assert.That((string?)kick["advice"], Does.Contain("did not come"));
        Assert.That((bool?)kick["retrySafe"], Is.True);
    }

    [Test]
    public async Task Terminal_that_cannot_reach_the_tas_was_delivered_and_the_advice_says_so(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(TerminalBehaviour.TasUnreachable, cancellationToken: cancellationToken);
        var request = KickStage.Kick(terminal);
        request["ttlSeconds"] = 5;

        var (_, kick) = await _stage.PostAsync(request, wait: 20, cancellationToken: cancellationToken);

        Assert.That((string?)kick["state"], Is.EqualTo("expired"));
        Assert.That((string?)kick["ladder"]![2]!["status"], Is.EqualTo("done"));
        Assert.That((string?)kick["advice"], Does.Contain("TAS"));
    }

    [Test]
    public async Task Old_firmware_connects_without_acknowledging(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(TerminalBehaviour.OldFirmware, cancellationToken: cancellationToken);

        var (_, kick) = await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);

        Assert.That((string?)kick["state"], Is.EqualTo("connected"));
        Assert.That((string?)kick["ladder"]![2]!["status"], Is.EqualTo("not_observed"));
    }

    [Test]
    public async Task Message_that_comes_twice_connects_once(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(TerminalBehaviour.DuplicateDelivery, cancellationToken: cancellationToken);

        var (_, kick) = await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken);
        await _stage.History.WaitForAsync<TerminalEvent.KickRefused>(
            refused => refused.TerminalId == terminal && refused.Reason == KickRefusal.Duplicate, cancellationToken);

        Assert.That((string?)kick["state"], Is.EqualTo("connected"));
        Assert.That(_stage.History.Snapshot().OfType<TerminalEvent.SessionOpened>().Count(opened => opened.TerminalId == terminal), Is.EqualTo(1));
    }

    [Test]
    public async Task Cancelled_kick_is_final(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(TerminalBehaviour.Deaf, cancellationToken: cancellationToken);
        var (_, kick) = await _stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken);

        using var first = await _stage.Client.PostAsync(new Uri($"/v1/kicks/{kick["id"]}/cancel", UriKind.Relative), null, cancellationToken);
        using var second = await _stage.Client.PostAsync(new Uri($"/v1/kicks/{kick["id"]}/cancel", UriKind.Relative), null, cancellationToken);

        Assert.That(first.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(second.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((string?)(await _stage.GetKickAsync((string)kick["id"]!, cancellationToken: cancellationToken))["state"], Is.EqualTo("cancelled"));
    }

    [Test]
    public async Task Another_merchants_kick_is_not_found_like_one_that_never_was(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(TerminalBehaviour.Deaf, cancellationToken: cancellationToken);
        var (_, kick) = await _stage.PostAsync(KickStage.Kick(terminal), cancellationToken: cancellationToken);
        var other = await _stage.Relay.CreateClientAsync(await _stage.Relay.AddMerchantAsync("Other", cancellationToken), Scopes.KicksRead, Scopes.KicksWrite);

        foreach (var id in new[] { (string)kick["id"]!, "kck_01JD5JW000E008000000000001", "nonsense" })
        {
            using var read = await other.GetAsync(new Uri("/v1/kicks/" + id, UriKind.Relative), cancellationToken);
            using var cancel = await other.PostAsync(new Uri($"/v1/kicks/{id}/cancel", UriKind.Relative), null, cancellationToken);

            Assert.That(read.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
            Assert.That(cancel.StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
        }
    }

    [Test]
    public async Task List_is_newest_first_and_goes_on_behind_the_cursor(CancellationToken cancellationToken)
    {
        var terminal = await _stage.StartTerminalAsync(cancellationToken: cancellationToken);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
            ids.Add((string)(await _stage.PostAsync(KickStage.Kick(terminal), wait: 20, cancellationToken: cancellationToken)).Body["id"]!);
        ids.Reverse();

        var first = JsonNode.Parse(await _stage.Client.GetStringAsync(new Uri($"/v1/kicks?terminalId={terminal}&limit=2", UriKind.Relative), cancellationToken))!;
        var rest = JsonNode.Parse(await _stage.Client.GetStringAsync(
            new Uri($"/v1/kicks?terminalId={terminal}&limit=2&cursor={first["nextCursor"]}", UriKind.Relative), cancellationToken))!;

        Assert.That(first["items"]!.AsArray().Concat(rest["items"]!.AsArray()).Select(kick => (string?)kick!["id"]), Is.EqualTo(ids));
        Assert.That(rest["nextCursor"], Is.Null);
    }

    private int KicksPublished => _stage.Published.Count(publish => publish.ClientId.StartsWith("relay-", StringComparison.Ordinal));

    private Task WaitForPresenceAsync(string terminal, string presence, CancellationToken cancellationToken) => Eventually.BecomesAsync(
        async () => (string?)JsonNode.Parse(
            await _stage.Client.GetStringAsync(new Uri("/v1/terminals/" + terminal, UriKind.Relative), cancellationToken))!["presence"]!["state"],
        presence,
        cancellationToken);
}
