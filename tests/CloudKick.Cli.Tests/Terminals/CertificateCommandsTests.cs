using System.Text.Json;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.Terminals;

[CancelAfter(60_000)]
internal sealed class CertificateCommandsTests
{
    private static readonly string Old = new('a', 64);
    private static readonly string New = new('b', 64);

    [Test]
    public async Task Certificates_are_listed_with_the_one_in_use(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, List((Old, "REVOKED", false), (New, "ACTIVE", true)));

        var run = await RunAsync(relay, cancellationToken, "terminal", "certificates", "NL1", "--json");

        Assert.That(
            run.JsonLines.Select(line => $"{line.GetProperty("certificateId")} {line.GetProperty("status")} {line.GetProperty("lastUsed")}"),
            Is.EqualTo(new[] { $"{Old} REVOKED False", $"{New} ACTIVE True" }));
    }

    [Test]
    public async Task The_old_one_is_retired_once_the_new_one_is_in_use(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, List((Old, "ACTIVE", false), (New, "ACTIVE", true)), One(Old));

        var run = await RunAsync(relay, cancellationToken, "terminal", "rotate", "NL1", "--retire");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(relay.Requests.Last().Path, Is.EqualTo($"/v1/admin/terminals/NL1/certificates/{Old}/revoke"));
        Assert.That(run.Out, Does.Contain($"{Old} is revoked"));
    }

    [Test]
    public async Task The_one_in_use_is_not_retired_unless_forced(CancellationToken cancellationToken)
    {
        var list = List((Old, "ACTIVE", true), (New, "ACTIVE", false));
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, list, list, One(Old));

        var refused = await RunAsync(relay, cancellationToken, "terminal", "rotate", "NL1", "--retire");
        var requests = relay.Requests.Count;
        var forced = await RunAsync(relay, cancellationToken, "terminal", "rotate", "NL1", "--retire", "--force");

        Assert.That((refused.ExitCode, requests), Is.EqualTo((ExitCode.Refused, 1)));
        Assert.That(refused.Error, Does.Contain(New).And.Contain(Old).And.Contain("--force"));
        Assert.That((forced.ExitCode, relay.Requests.Last().Path), Is.EqualTo((ExitCode.Done, $"/v1/admin/terminals/NL1/certificates/{Old}/revoke")));
    }

    [Test]
    public async Task Which_one_to_revoke_must_be_clear(CancellationToken cancellationToken)
    {
        var list = List((Old, "ACTIVE", true), (New, "ACTIVE", false));
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, list, list, list, One(New), new(204));

        var unclear = await RunAsync(relay, cancellationToken, "terminal", "revoke", "NL1");
        var unknown = await RunAsync(relay, cancellationToken, "terminal", "revoke", "NL1", "ff");
        var revoked = await RunAsync(relay, cancellationToken, "terminal", "revoke", "NL1", "bbbb", "--delete");

        Assert.That((unclear.ExitCode, unknown.ExitCode, revoked.ExitCode), Is.EqualTo((ExitCode.Usage, ExitCode.Refused, ExitCode.Done)), revoked.Error);
        Assert.That(unclear.Error, Does.Contain(Old).And.Contain(New));
        Assert.That(
            relay.Requests.TakeLast(2).Select(request => $"{request.Method} {request.Path}"),
            Is.EqualTo(new[] { $"POST /v1/admin/terminals/NL1/certificates/{New}/revoke", $"DELETE /v1/admin/terminals/NL1/certificates/{New}" }));
    }

    [Test]
    public async Task All_of_them_are_revoked_when_asked(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, List((Old, "ACTIVE", true), (New, "INACTIVE", false)), One(Old), One(New));

        var run = await RunAsync(relay, cancellationToken, "terminal", "revoke", "NL1", "--all", "--json");

        Assert.That(run.JsonLines.Select(line => line.GetProperty("certificateId").GetString()), Is.EqualTo(new[] { Old, New }));
    }

    [Test]
    public async Task Parameters_are_shown_printed_and_written(CancellationToken cancellationToken)
    {
        const string sheet = """
            {"terminalId":"NL1","managementSystemId":"GrundmasterNL","clientId":"NL1","minimumFirmwareVersion":"14.0.11.01","firmwareVersion":"13.0","firmwareSufficient":false,
             "whitelisted":false,"parameters":[{"section":"tms","group":"MQT Parameters","name":"MqtServicePort","value":"443"}]}
            """;
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new(200, sheet), new(200, "<!DOCTYPE html>"), new(200, "section,group"));
        var file = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

        var shown = await RunAsync(relay, cancellationToken, "terminal", "parameters", "NL1");
        var page = await RunAsync(relay, cancellationToken, "terminal", "parameters", "NL1", "--format", "html", "--lang", "en");
        var written = await RunAsync(relay, cancellationToken, "terminal", "parameters", "NL1", "--format", "csv", "--out", file);

        Assert.That((shown.ExitCode, page.Out, written.ExitCode), Is.EqualTo((ExitCode.Done, "<!DOCTYPE html>\n", ExitCode.Done)));
        Assert.That(shown.Out, Does.Contain("MqtServicePort").And.Contain("443"));
        Assert.That(shown.Error, Does.Contain("14.0.11.01 or later").And.Contain("whitelist"));
        Assert.That(await File.ReadAllTextAsync(file, cancellationToken), Is.EqualTo("section,group"));
        File.Delete(file);
        Assert.That(relay.Requests.Select(request => request.Path), Is.EqualTo(new[]
        {
            "/v1/admin/terminals/NL1/parameters?format=json", "/v1/admin/terminals/NL1/parameters?format=html&lang=en",
            "/v1/admin/terminals/NL1/parameters?format=csv&lang=nl",
        }));
    }

    [Test]
    public async Task A_merchant_reads_parameters_with_its_own_key(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(200, "section,group"));

        var run = await Invocation.RunAsync(["terminal", "parameters", "NL1", "--format", "csv"], cancellationToken, relay.Variables);

        Assert.That((run.Out, relay.Requests.Single().Path), Is.EqualTo(("section,group\n", "/v1/terminals/NL1/parameters?format=csv&lang=nl")));
    }

    private static ScriptedRelay.Answer List(params (string Id, string Status, bool LastUsed)[] certificates) => new(200, JsonSerializer.Serialize(new
    {
        terminalId = "NL1",
        clientId = "NL1",
        certificates = certificates.Select(one => Certificate(one.Id, one.Status, one.LastUsed)),
        lastConnection = new { certificateId = certificates.FirstOrDefault(one => one.LastUsed).Id, connected = true, at = "2026-11-21T12:00:00Z" },
    }));

    private static ScriptedRelay.Answer One(string id) => new(200, JsonSerializer.Serialize(Certificate(id, "REVOKED", false)));

    private static object Certificate(string id, string status, bool lastUsed) =>
        new { certificateId = id, certificateArn = $"arn:cert/{id}", status, createdAt = "2026-11-21T12:00:00Z", expiresAt = "2049-12-31T23:59:59Z", lastUsed };

    private static Task<Invocation> RunAsync(ScriptedRelay relay, CancellationToken cancellationToken, params string[] args) =>
        Invocation.RunAsync(args, cancellationToken, ("CLOUDKICK_URL", relay.Url), ("CLOUDKICK_ADMIN_KEY", "ck_test_operator"));
}
