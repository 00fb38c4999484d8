using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Tests.Terminals;

/// <summary>Against a relay that is not a <c>local</c>: the operator's key, their key pair, and what comes of it.</summary>
[CancelAfter(60_000)]
internal sealed class ProvisionCommandTests
{
    private const string Id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    private const string Registered = """{"terminalId":"NL1","managementSystemId":"GrundmasterNL","label":"","presence":{"state":"unknown"},"thingName":"thing-1"}""";

    private string _directory = null!;

    [SetUp]
    public void MakeDirectory() => _directory = Directory.CreateTempSubdirectory("cloudkick-provision-").FullName;

    [TearDown]
    public void RemoveDirectory() => Directory.Delete(_directory, recursive: true);

    [Test]
    [UnsupportedOSPlatform("windows")]
    public async Task The_key_pair_is_made_here_and_only_its_signing_request_leaves(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new(200, Registered), new(201, Provisioned(trustedRoots: "ROOTS")));
        var output = Path.Combine(_directory, "NL1");

        var run = await RunAsync(relay, cancellationToken, "terminal", "provision", "NL1", "--out", output, "--json");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        var requests = relay.Requests.ToArray();
        Assert.That(requests.Select(request => $"{request.Method} {request.Path}"), Is.EqualTo(new[] { "GET /v1/admin/terminals/NL1", "POST /v1/admin/terminals/NL1/certificates" }));
        Assert.That(requests.Select(request => request.Headers["Authorization"]), Is.All.EqualTo("Bearer ck_test_operator"));
        using var key = ECDsa.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(Path.Combine(output, "private.key"), cancellationToken));
        var sent = CertificateRequest.LoadSigningRequestPem(SigningRequest(requests[1].Body), HashAlgorithmName.SHA256);
        Assert.That(sent.SubjectName.Name, Is.EqualTo("CN=thing-1"));
        Assert.That(sent.PublicKey.ExportSubjectPublicKeyInfo(), Is.EqualTo(key.ExportSubjectPublicKeyInfo()));
        Assert.That(key.ExportParameters(false).Curve.Oid.Value, Is.EqualTo("1.2.840.10045.3.1.7"));
        Assert.That(requests.Select(request => request.Body), Has.None.Contains("PRIVATE KEY"));
        Assert.That(File.GetUnixFileMode(Path.Combine(output, "private.key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(output, "certificate.pem"), cancellationToken), Is.EqualTo("CERTIFICATE"));
        Assert.That(await File.ReadAllTextAsync(Path.Combine(output, "ca.pem"), cancellationToken), Is.EqualTo("ROOTS"));
        var result = run.JsonLines.Single();
        Assert.That(
            $"{result.GetProperty("clientId")} {result.GetProperty("topic")} {result.GetProperty("host")} {result.GetProperty("port")} {result.GetProperty("certificateId")}",
            Is.EqualTo($"thing-1 NL-CAT/NL1 iot.example 443 {Id}"));
    }

    [Test]
    public async Task A_key_that_is_there_is_used_again(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(
            cancellationToken, new(200, Registered), new(503, """{"title":"The way to the terminals is not available","code":"cloud-unavailable"}"""),
            new(200, Registered), new(201, Provisioned("ROOTS")));

        var failed = await RunAsync(relay, cancellationToken, "terminal", "provision", "NL1", "--out", _directory);
        var finished = await RunAsync(relay, cancellationToken, "terminal", "provision", "NL1", "--out", _directory);

        Assert.That((failed.ExitCode, finished.ExitCode), Is.EqualTo((ExitCode.Unavailable, ExitCode.Done)), finished.Error);
        Assert.That(finished.Error, Does.Contain("used again"));
        var keys = relay.Requests.Where(request => request.Method == "POST")
            .Select(request => Convert.ToHexString(CertificateRequest.LoadSigningRequestPem(SigningRequest(request.Body), HashAlgorithmName.SHA256).PublicKey.ExportSubjectPublicKeyInfo()));
        Assert.That(keys.Distinct().Count(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_request_that_the_terminal_made_is_sent_as_it_is_and_no_key_is_made(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new(200, Registered), new(201, Provisioned("ROOTS")));
        var file = Path.Combine(_directory, "terminal.csr");
        await File.WriteAllTextAsync(file, "the terminal's request", cancellationToken);
        var output = Path.Combine(_directory, "out");

        var run = await RunAsync(relay, cancellationToken, "terminal", "provision", "NL1", "--csr", file, "--out", output);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(SigningRequest(relay.Requests.Last().Body), Is.EqualTo("the terminal's request"));
        Assert.That(Directory.EnumerateFiles(output).Select(Path.GetFileName).Order(), Is.EqualTo(new[] { "ca.pem", "certificate.pem" }));
        Assert.That(run.Out, Does.Contain("where the signing request was made").And.Contain("--key PRIVATE_KEY"));
    }

    [Test]
    public async Task At_AWS_the_root_is_Amazons_or_its_address_is_told(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new(200, Registered), new(201, Provisioned(trustedRoots: null)));

        var run = await RunAsync(relay, cancellationToken, "terminal", "provision", "NL1", "--out", _directory);

        var file = Path.Combine(_directory, "ca.pem");
        if (File.Exists(file))
        {
            using var root = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(file, cancellationToken));
            Assert.That((root.Subject, root.Subject == root.Issuer), Is.EqualTo(("CN=Amazon Root CA 1, O=Amazon, C=US", true)));
        }
        else
        {
            Assert.That(run.Error, Does.Contain("https://www.amazontrust.com/repository/AmazonRootCA1.pem").And.Contain("SHA-256 8ECDE688"));
        }
    }

    [Test]
    public async Task A_rotation_to_the_key_that_is_in_use_is_none(CancellationToken cancellationToken)
    {
        var inUse = Provisioned("ROOTS").Replace("\"terminalId\"", "\"lastUsed\":true,\"terminalId\"", StringComparison.Ordinal);
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new(200, Registered), new(200, inUse));

        var run = await RunAsync(relay, cancellationToken, "terminal", "rotate", "NL1", "--out", _directory);

        Assert.That((run.ExitCode, run.Out), Is.EqualTo((ExitCode.Refused, "")));
        Assert.That(run.Error, Does.Contain(Id).And.Contain("--out"));
    }

    [Test]
    public async Task What_is_no_key_is_left_alone(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(200, Registered));
        var file = Path.Combine(_directory, "private.key");
        await File.WriteAllTextAsync(file, "something else", cancellationToken);

        var run = await RunAsync(relay, cancellationToken, "terminal", "provision", "NL1", "--out", _directory);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(await File.ReadAllTextAsync(file, cancellationToken), Is.EqualTo("something else"));
    }

    [Test]
    public async Task An_unknown_terminal_and_a_missing_key_are_said(CancellationToken cancellationToken)
    {
        await using var relay = await ScriptedRelay.StartAsync(cancellationToken, new ScriptedRelay.Answer(404, """{"title":"There is no such terminal","code":"terminal-not-found"}"""));

        var unknown = await RunAsync(relay, cancellationToken, "terminal", "provision", "NL1", "--out", _directory);
        var keyless = await Invocation.RunAsync(["terminal", "provision", "NL1"], cancellationToken, ("CLOUDKICK_URL", relay.Url));

        Assert.That((unknown.ExitCode, keyless.ExitCode), Is.EqualTo((ExitCode.Refused, ExitCode.Usage)));
        Assert.That(keyless.Error, Does.Contain("CLOUDKICK_ADMIN_KEY"));
        Assert.That(Directory.EnumerateFiles(_directory), Is.Empty);
    }

    private static string Provisioned(string? trustedRoots) => JsonSerializer.Serialize(
        new
        {
            certificateId = Id,
            certificateArn = $"arn:aws:iot:eu-central-1:000000000000:cert/{Id}",
            status = "ACTIVE",
            terminalId = "NL1",
            clientId = "thing-1",
            certificatePem = "CERTIFICATE",
            endpoint = new { host = "iot.example", port = 443, alpn = "x-amzn-mqtt-ca", trustedRoots, trustedRootsUrl = trustedRoots is null ? "https://www.amazontrust.com/repository/AmazonRootCA1.pem" : null },
            topic = "NL-CAT/NL1",
            parametersUrl = "/v1/admin/terminals/NL1/parameters",
        });

    private static string SigningRequest(string body) => JsonDocument.Parse(body).RootElement.GetProperty("certificateSigningRequest").GetString()!;

    private static Task<Invocation> RunAsync(ScriptedRelay relay, CancellationToken cancellationToken, params string[] args) =>
        Invocation.RunAsync(args, cancellationToken, ("CLOUDKICK_URL", relay.Url), ("CLOUDKICK_ADMIN_KEY", "ck_test_operator"));
}
