using System.Net;
using CloudKick.AwsIot.Control;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Terminals.Certificates;

/// <summary>Whatever step fails, the same request finishes the work, and no certificate is left that nobody knows of.</summary>
[CancelAfter(180_000)]
internal sealed class InterruptedProvisioningTests
{
    private ProvisioningStage _stage = null!;

    [SetUp]
    public async Task SetTheStage() => _stage = await ProvisioningStage.StartAsync();

    [TearDown]
    public async Task ClearTheStage() => await _stage.DisposeAsync();

    [Test]
    public async Task A_step_that_fails_is_done_again(
        [Values("ListCertificates", "CreateThing", "CreateCertificateFromCsr", "AttachThingPrincipal", "DescribeCertificate", "AttachPolicy", "UpdateCertificate")] string step,
        CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var request = SigningRequests.New(terminal);
        _stage.Iot.Before = call => call == step ? new ServiceUnavailableException("made up") : null;

        var interrupted = await _stage.ProvisionAsync(terminal, request, cancellationToken);
        _stage.Iot.Before = _ => null;
        var finished = await _stage.ProvisionAsync(terminal, request, cancellationToken);

        Assert.That(interrupted.Verdict, Is.EqualTo((503, "cloud-unavailable")));
        Assert.That((string?)interrupted.Json["detail"], Does.Contain($"iot:{step}"));
        Assert.That((bool?)interrupted.Json["retrySafe"], Is.True);
        Assert.That((int)finished.Status, Is.InRange(200, 201), finished.Text);
        Assert.That(await _stage.StatesAsync(terminal, cancellationToken), Is.EqualTo("ACTIVE"));
        Assert.That(_stage.Iot.Certificates.Keys, Is.EqualTo(new[] { (string?)finished.Json["certificateId"] }), "nothing else is left behind");
    }

    [Test]
    public async Task A_step_whose_answer_is_lost_is_found_done(
        [Values("CreateThing", "CreateCertificateFromCsr", "AttachThingPrincipal", "AttachPolicy", "UpdateCertificate")] string step, CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var request = SigningRequests.New(terminal);
        _stage.Iot.After = call => call == step ? new HttpRequestException("made up") : null;

        var interrupted = await _stage.ProvisionAsync(terminal, request, cancellationToken);
        _stage.Iot.After = _ => null;
        var finished = await _stage.ProvisionAsync(terminal, request, cancellationToken);

        Assert.That(interrupted.Verdict, Is.EqualTo((503, "cloud-unavailable")));
        Assert.That((int)finished.Status, Is.InRange(200, 201), finished.Text);
        Assert.That(await _stage.StatesAsync(terminal, cancellationToken), Is.EqualTo("ACTIVE"));
        Assert.That(_stage.Iot.Certificates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_certificate_that_a_stopped_relay_left_unattached_is_found_and_used(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var request = SigningRequests.New(terminal);
        var left = await _stage.Client.CreateCertificateFromCsrAsync(new() { CertificateSigningRequest = request }, cancellationToken);

        var answer = await _stage.ProvisionAsync(terminal, request, cancellationToken);

        Assert.That((answer.Status, (string?)answer.Json["certificateId"]), Is.EqualTo((HttpStatusCode.Created, left.CertificateId)), answer.Text);
        Assert.That(_stage.Iot.Certificates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_certificate_of_another_terminal_is_not_taken_whoever_has_its_key(CancellationToken cancellationToken)
    {
        var other = await _stage.AddTerminalAsync(cancellationToken);
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var request = SigningRequests.New();
        var others = (string)(await _stage.ProvisionAsync(other, request, cancellationToken)).Json["certificateId"]!;
        await _stage.ChangeAsync(other, others, "deactivate", cancellationToken);

        var answer = await _stage.ProvisionAsync(terminal, request, cancellationToken);

        Assert.That(answer.Status, Is.EqualTo(HttpStatusCode.Created), answer.Text);
        Assert.That((string?)answer.Json["certificateId"], Is.Not.EqualTo(others));
        Assert.That(await _stage.StatesAsync(other, cancellationToken), Is.EqualTo("INACTIVE"));
    }

    [Test]
    public async Task When_it_is_not_known_whether_a_certificate_was_made_that_is_told(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        _stage.Iot.After = call => call == "CreateCertificateFromCsr" ? new HttpRequestException("made up") : null;

        var interrupted = await _stage.ProvisionAsync(terminal, SigningRequests.New(), cancellationToken);

        Assert.That((string?)interrupted.Json["detail"], Does.Contain("may have done it all the same").And.Contain("same request again"));
        Assert.That(_stage.Relay.Logs.All.Single(record => record.EventId.Id == 4603).Message, Does.Contain(terminal).And.Contain("inactive and attached to nothing"));
    }

    [Test]
    public async Task A_certificate_that_cannot_be_attached_nor_deleted_is_named_in_the_log_and_can_do_nothing(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        _stage.Iot.Before = call => call is "AttachThingPrincipal" or "DeleteCertificate" ? new ServiceUnavailableException("made up") : null;

        var interrupted = await _stage.ProvisionAsync(terminal, SigningRequests.New(), cancellationToken);

        var left = _stage.Iot.Certificates.Keys.Single();
        Assert.That(interrupted.Verdict, Is.EqualTo((503, "cloud-unavailable")));
        Assert.That(_stage.Relay.Logs.All.Single(record => record.EventId.Id == 4601).Message, Does.Contain(left));
        Assert.That(_stage.Iot.Calls, Has.None.EqualTo("AttachPolicy").And.None.EqualTo("UpdateCertificate"));
    }

    [Test]
    public async Task A_deletion_that_stops_half_way_is_finished_when_repeated(
        [Values("DetachPolicy", "DetachThingPrincipal", "DeleteCertificate")] string step, CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var id = await _stage.ProvisionedAsync(terminal, cancellationToken);
        await _stage.ChangeAsync(terminal, id, "revoke", cancellationToken);
        _stage.Iot.Before = call => call == step ? new ServiceUnavailableException("made up") : null;

        var interrupted = await _stage.DeleteAsync(terminal, id, cancellationToken);
        _stage.Iot.Before = _ => null;
        var finished = await _stage.DeleteAsync(terminal, id, cancellationToken);

        Assert.That((interrupted.Verdict, finished.Status), Is.EqualTo(((503, "cloud-unavailable"), HttpStatusCode.NoContent)));
        Assert.That(_stage.Iot.Certificates, Is.Empty);
    }

    [Test]
    public async Task Two_requests_at_once_make_one_certificate(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        var request = SigningRequests.New(terminal);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => _stage.ProvisionAsync(terminal, request, cancellationToken)));

        Assert.That(answers.Count(answer => answer.Status == HttpStatusCode.Created), Is.EqualTo(1));
        Assert.That(
            answers.Where(answer => answer.Status != HttpStatusCode.Created),
            Is.All.Matches<ApiAnswer>(answer => answer.Status == HttpStatusCode.OK || answer.Verdict == (409, "provisioning-in-progress")));
        Assert.That(_stage.Iot.Certificates, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_failed_change_is_in_the_audit_log_as_failed(CancellationToken cancellationToken)
    {
        var terminal = await _stage.AddTerminalAsync(cancellationToken);
        _stage.Iot.Before = call => call == "UpdateCertificate" ? new AmazonIoTException("made up", HttpStatusCode.Forbidden) : null;

        var refused = await _stage.ProvisionAsync(terminal, SigningRequests.New(), cancellationToken);

        Assert.That((refused.Verdict, (string?)refused.Json["action"]), Is.EqualTo(((502, "cloud-not-authorized"), "iot:UpdateCertificate")));
        await using var command = _stage.Database.Owner.CreateCommand(
            "select string_agg(replace(action, 'terminal.certificate.', ''), ' ' order by chain_index) from audit_log where action like 'terminal.certificate.%'");
        Assert.That(await command.ExecuteScalarAsync(cancellationToken), Is.EqualTo("create activate activate.failed"));
    }
}
