using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.Relay.Tests.Terminals.Certificates;

[CancelAfter(180_000)]
internal sealed class CertificateEndpointsTests
{
    private ProvisioningStage _stage = null!;

    [OneTimeSetUp]
    public async Task SetTheStage() => _stage = await ProvisioningStage.StartAsync();

    [OneTimeTearDown]
    public async Task ClearTheStage() => await _stage.DisposeAsync();

    [Test]
    public async Task A_terminal_gets_a_certificate_for_its_own_key_and_what_it_needs_to_use_it(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var answer = await _stage.ProvisionAsync(terminal, SigningRequests.Of(key, terminal), cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Text);
        var id = (string)answer.Json["certificateId"]!;
        Assert.That(answer.Headers.Location?.OriginalString, Is.EqualTo($"/v1/admin/terminals/{terminal}/certificates/{id}"));
        Assert.That((string?)answer.Json["certificateArn"], Does.StartWith("arn:aws:iot:eu-central-1:").And.EndsWith($":cert/{id}"));
        Assert.That(
            $"{answer.Json["status"]} {answer.Json["clientId"]} {answer.Json["topic"]} {answer.Json["parametersUrl"]}",
            Is.EqualTo($"ACTIVE {terminal} NL-CAT/{terminal} /v1/admin/terminals/{terminal}/parameters"));
        var endpoint = answer.Json["endpoint"]!;
        Assert.That($"{endpoint["host"]}:{endpoint["port"]} {endpoint["alpn"]}", Is.EqualTo($"localhost:{_stage.Cloud.Port} x-amzn-mqtt-ca"));
        Assert.That(((string)endpoint["trustedRoots"]!).Trim(), Is.EqualTo((await File.ReadAllTextAsync(_stage.Cloud.CaFile, cancellationToken)).Trim()));
        using var certificate = X509Certificate2.CreateFromPem((string)answer.Json["certificatePem"]!);
        Assert.That(certificate.PublicKey.ExportSubjectPublicKeyInfo(), Is.EqualTo(key.ExportSubjectPublicKeyInfo()));
    }

    [Test]
    public async Task The_same_key_again_finds_the_same_certificate(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var first = await _stage.ProvisionAsync(terminal, SigningRequests.Of(key, terminal), cancellationToken);
        var second = await _stage.ProvisionAsync(terminal, SigningRequests.Of(key, terminal), cancellationToken);

        Assert.That((first.Status, second.Status), Is.EqualTo((HttpStatusCode.Created, HttpStatusCode.OK)));
        Assert.That((string?)second.Json["certificateId"], Is.EqualTo((string?)first.Json["certificateId"]));
        Assert.That(await _stage.StatesAsync(terminal, cancellationToken), Is.EqualTo("ACTIVE"));
    }

    [Test]
    public async Task Two_certificates_may_be_active_and_no_third(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var first = await _stage.ProvisionedAsync(terminal, cancellationToken);
        await _stage.ProvisionedAsync(terminal, cancellationToken);

        var third = await _stage.ProvisionAsync(terminal, SigningRequests.New(), cancellationToken);
        var revoked = await _stage.ChangeAsync(terminal, first, "revoke", cancellationToken);
        var fourth = await _stage.ProvisionAsync(terminal, SigningRequests.New(), cancellationToken);

        Assert.That((third.Verdict, revoked.Status, fourth.Status), Is.EqualTo(((409, "too-many-certificates"), HttpStatusCode.OK, HttpStatusCode.Created)));
        Assert.That((string?)third.Json["detail"], Does.Contain(first));
        Assert.That(await _stage.StatesAsync(terminal, cancellationToken), Is.EqualTo("REVOKED ACTIVE ACTIVE"));
    }

    [Test]
    public async Task A_certificate_is_deactivated_activated_revoked_and_deleted(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var id = await _stage.ProvisionedAsync(terminal, cancellationToken);

        var deletedWhileActive = await _stage.DeleteAsync(terminal, id, cancellationToken);
        var deactivated = await _stage.ChangeAsync(terminal, id, "deactivate", cancellationToken);
        var activated = await _stage.ChangeAsync(terminal, id, "activate", cancellationToken);
        var revoked = await _stage.ChangeAsync(terminal, id, "revoke", cancellationToken);
        var revokedAgain = await _stage.ChangeAsync(terminal, id, "revoke", cancellationToken);
        var activatedThen = await _stage.ChangeAsync(terminal, id, "activate", cancellationToken);
        var deleted = await _stage.DeleteAsync(terminal, id, cancellationToken);
        var gone = await _stage.Admin.AskAsync($"/v1/admin/terminals/{terminal}/certificates/{id}", cancellationToken);

        Assert.That(deletedWhileActive.Verdict, Is.EqualTo((409, "certificate-state")));
        Assert.That(
            new[] { deactivated, activated, revoked, revokedAgain }.Select(answer => (string?)answer.Json["status"]),
            Is.EqualTo(new[] { "INACTIVE", "ACTIVE", "REVOKED", "REVOKED" }));
        Assert.That(activatedThen.Verdict, Is.EqualTo((409, "certificate-state")));
        Assert.That((deleted.Status, gone.Verdict), Is.EqualTo((HttpStatusCode.NoContent, (404, "certificate-not-found"))));
        Assert.That(await _stage.StatesAsync(terminal, cancellationToken), Is.Empty);
    }

    [Test]
    public async Task A_revoked_certificates_key_is_not_used_again(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var request = SigningRequests.New(terminal);
        var id = (string)(await _stage.ProvisionAsync(terminal, request, cancellationToken)).Json["certificateId"]!;
        await _stage.ChangeAsync(terminal, id, "revoke", cancellationToken);

        Assert.That((await _stage.ProvisionAsync(terminal, request, cancellationToken)).Verdict, Is.EqualTo((409, "certificate-state")));
    }

    [Test]
    public async Task Another_terminals_certificate_is_nobodys_here(CancellationToken cancellationToken)
    {
        var mine = await _stage.AddTerminalAsync(cancellationToken);
        var other = await _stage.AddTerminalAsync(cancellationToken);
        var id = await _stage.ProvisionedAsync(other, cancellationToken);

        Assert.That((await _stage.ChangeAsync(mine, id, "revoke", cancellationToken)).Verdict, Is.EqualTo((404, "certificate-not-found")));
        Assert.That((await _stage.DeleteAsync(mine, id, cancellationToken)).Verdict, Is.EqualTo((404, "certificate-not-found")));
        Assert.That(await _stage.StatesAsync(other, cancellationToken), Is.EqualTo("ACTIVE"));
    }

    [Test]
    public async Task Wrong_requests_say_what_is_wrong(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);

        var unknown = await _stage.ProvisionAsync("NOBODY", SigningRequests.New(), cancellationToken);
        var noId = await _stage.ChangeAsync(terminal, "no-id", "revoke", cancellationToken);
        var never = await _stage.Admin.AskAsync($"/v1/admin/terminals/{terminal}/certificates", cancellationToken);

        Assert.That(unknown.Verdict, Is.EqualTo((404, "terminal-not-found")));
        Assert.That((noId.Code, noId.Fields.Single()), Is.EqualTo(("invalid-request", "certificateId")));
        Assert.That((never.Status, never.Json["certificates"]!.AsArray().Count), Is.EqualTo((HttpStatusCode.OK, 0)));
    }

    [Test]
    public async Task A_private_key_that_is_sent_all_the_same_is_refused_and_told_to_nobody(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var traces = new ConcurrentQueue<string>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => traces.Enqueue(
                $"{activity.DisplayName} {string.Join(' ', activity.TagObjects)} {string.Join(' ', activity.Events.SelectMany(happened => happened.Tags))}"),
        };
        ActivitySource.AddActivityListener(listener);
        var calls = _stage.Iot.Calls.Count;

        var refused = await _stage.ProvisionAsync(terminal, SigningRequests.Of(key) + key.ExportPkcs8PrivateKeyPem(), cancellationToken);

        // Its own bytes, as the PEM has them.
        var secret = Convert.ToBase64String(key.ExportPkcs8PrivateKey())[40..80];
        Assert.That((refused.Code, refused.Fields.Single()), Is.EqualTo(("invalid-request", "certificateSigningRequest")));
        Assert.That(refused.Text, Does.Contain("new key pair").And.Not.Contain(secret));
        Assert.That(_stage.Relay.Logs.All.Select(record => $"{record.Message} {record.Details}"), Is.Not.Empty.And.None.Contains(secret));
        Assert.That(traces, Is.Not.Empty.And.None.Contains(secret));
        Assert.That(_stage.Iot.Calls, Has.Count.EqualTo(calls));
        await using var command = _stage.Database.Owner.CreateCommand($"select count(*) from audit_log where action like 'terminal.certificate.%' and subject = '{terminal}'");
        Assert.That(await command.ExecuteScalarAsync(cancellationToken), Is.EqualTo(0));
    }

    [Test]
    public async Task Every_change_is_in_the_audit_log_before_it_is_made(CancellationToken cancellationToken)
    {
        var bakery = await _stage.Relay.AddMerchantAsync("Bakery", cancellationToken);
        var terminal = await _stage.AddTerminalAsync(cancellationToken, bakery);
        var id = await _stage.ProvisionedAsync(terminal, cancellationToken);
        await _stage.ChangeAsync(terminal, id, "deactivate", cancellationToken);
        await _stage.ChangeAsync(terminal, id, "revoke", cancellationToken);
        await _stage.DeleteAsync(terminal, id, cancellationToken);

        await using var owner = await _stage.Database.Owner.OpenConnectionAsync(cancellationToken);
        var entries = await owner.QueryAsync<(string Action, string? Before, string? After)>(
            "select action, before::text, after::text from audit_log where merchant_id = @merchant and subject = @terminal and action like 'terminal.certificate.%' order by chain_index",
            new { merchant = bakery.Value, terminal });

        Assert.That(
            entries.Select(entry => $"{entry.Action["terminal.certificate.".Length..]}: {Status(entry.Before)} > {Status(entry.After)}"),
            Is.EqualTo(new[] { "create:  > ", "activate: INACTIVE > ACTIVE", "deactivate: ACTIVE > INACTIVE", "revoke: INACTIVE > REVOKED", "delete: REVOKED > " }));
        Assert.That(entries.Skip(1).Select(entry => (string?)JsonNode.Parse(entry.Before!)!["certificateId"]), Is.All.EqualTo(id));
    }

    [Test]
    public async Task Only_operators_may(CancellationToken cancellationToken)
    {
        var merchant = await _stage.Relay.AddMerchantAsync(cancellationToken: cancellationToken);
        var client = await _stage.Relay.CreateClientAsync(merchant, [.. Scopes.OfMerchants]);

        Assert.That((await client.AskAsync("/v1/admin/terminals/NL000001/certificates", cancellationToken)).Verdict, Is.EqualTo((403, "insufficient-scope")));
    }

    [Test]
    public async Task A_relay_without_the_settings_says_which_it_lacks(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var relay = await RelayHost.StartAsync(database, cancellationToken: cancellationToken);
        using var admin = await relay.CreateAdminClientAsync();
        await admin.AskAsync(HttpMethod.Post, "/v1/admin/terminals", """{"terminalId": "NL1", "managementSystemId": "GrundmasterNL"}""", cancellationToken);

        var refused = await admin.AskAsync("/v1/admin/terminals/NL1/certificates", cancellationToken);

        Assert.That(refused.Verdict, Is.EqualTo((501, "provisioning-not-configured")));
        Assert.That((string?)refused.Json["detail"], Does.Contain("CloudKick:Aws:Region").And.Contain("CloudKick:Provisioning:PolicyName"));
    }

    private static string? Status(string? json) => json is null ? "" : (string?)JsonNode.Parse(json)!["status"];
}
