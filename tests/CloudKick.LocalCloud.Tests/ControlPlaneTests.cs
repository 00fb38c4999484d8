using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;

namespace CloudKick.LocalCloud.Tests;

/// <summary>AWS's iot service over HTTPS: statuses, members and errors. What SDKs make of it is shown by AwsSdkTests and Boto3Tests.</summary>
[CancelAfter(120_000)]
internal sealed class ControlPlaneTests : CloudFixture
{
    private ApiClient _operator = null!;

    [SetUp]
    public void CreateClient()
    {
        _operator = ApiClient.Signed(Cloud);
        _operator.Service = "iot";
    }

    [TearDown]
    public void DisposeClient() => _operator.Dispose();

    [TestCase("iot")]
    [TestCase("execute-api")]
    public async Task The_control_plane_has_two_signing_names(string service, CancellationToken cancellationToken)
    {
        _operator.Service = service;

        var answer = await _operator.GetAsync("/endpoint?endpointType=iot%3AData-ATS", cancellationToken);

        Assert.That(answer.Body.ToString(), Is.EqualTo($$"""{"endpointAddress":"localhost:{{Cloud.Server.Port}}"}"""));
    }

    [Test]
    public async Task An_endpoint_that_is_not_offered_is_400(CancellationToken cancellationToken)
    {
        var answer = await _operator.GetAsync("/endpoint?endpointType=iot%3AJobs", cancellationToken);

        AssertError(answer, HttpStatusCode.BadRequest, "InvalidRequestException:");
    }

    [Test]
    public async Task Certificates_do_not_open_the_control_plane(CancellationToken cancellationToken)
    {
        using var relay = ApiClient.WithCertificate(Cloud, "relay");

        var answer = await relay.GetAsync("/things/NL000123", cancellationToken);

        AssertError(answer, HttpStatusCode.Forbidden, "MissingAuthenticationTokenException:");
    }

    [Test]
    public async Task Errors_have_a_message_and_no_trace_id_and_name_what_is_there_already(CancellationToken cancellationToken)
    {
        var missing = await _operator.GetAsync("/things/NL000123", cancellationToken);
        await PostAsync("/things/NL000123", """{"attributePayload":{"attributes":{"serial":"1"}}}""", cancellationToken);
        var other = await PostAsync("/things/NL000123", """{"attributePayload":{"attributes":{"serial":"2"}}}""", cancellationToken);

        AssertError(missing, HttpStatusCode.NotFound, "ResourceNotFoundException:");
        Assert.That(missing.Body?.EnumerateObject().Select(member => member.Name), Is.EqualTo(new[] { "message" }));
        AssertError(other, HttpStatusCode.Conflict, "ResourceAlreadyExistsException:");
        Assert.That(other.Text("resourceArn"), Is.EqualTo("arn:aws:iot:eu-central-1:000000000000:thing/NL000123"));
    }

    [TestCase("POST", "/things/a%20b", "{}", HttpStatusCode.BadRequest, "InvalidRequestException:")]
    [TestCase("POST", "/things/NL000123", "{", HttpStatusCode.BadRequest, "InvalidRequestException:")]
    [TestCase("POST", "/things/NL000123", """{"thingTypeName":"none"}""", HttpStatusCode.NotFound, "ResourceNotFoundException:")]
    [TestCase("POST", "/policies/p", """{"policyDocument":"{"}""", HttpStatusCode.BadRequest, "MalformedPolicyException:")]
    [TestCase("POST", "/certificates", """{"certificateSigningRequest":"x"}""", HttpStatusCode.BadRequest, "InvalidRequestException:")]
    [TestCase("PUT", "/target-policies/p", "{}", HttpStatusCode.BadRequest, "InvalidRequestException:")]
    [TestCase("PUT", "/things/NL000123/principals", "", HttpStatusCode.BadRequest, "InvalidRequestException:")]
    [TestCase("GET", "/things?maxResults=0", "", HttpStatusCode.BadRequest, "InvalidRequestException:")]
    [TestCase("GET", "/things?nextToken=%25", "", HttpStatusCode.BadRequest, "InvalidRequestException:")]
    public async Task What_AWS_refuses_is_refused_in_its_words(string method, string target, string body, HttpStatusCode status, string type, CancellationToken cancellationToken)
    {
        var answer = await _operator.SendAsync(new HttpMethod(method), target, Encoding.UTF8.GetBytes(body), cancellationToken);

        AssertError(answer, status, type);
    }

    [Test]
    public async Task A_certificate_that_is_active_or_attached_cannot_be_deleted(CancellationToken cancellationToken)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string csr = new CertificateRequest("CN=NL000123", key, HashAlgorithmName.SHA256).CreateSigningRequestPem();
        var made = await PostAsync("/certificates?setAsActive=true", JsonSerializer.Serialize(new { certificateSigningRequest = csr }), cancellationToken);
        string id = made.Text("certificateId")!;
        await PostAsync("/things/NL000123", "{}", cancellationToken);
        await _operator.SendAsync(HttpMethod.Put, "/things/NL000123/principals", [], cancellationToken, ("x-amzn-principal", made.Text("certificateArn")!));

        var active = await _operator.SendAsync(HttpMethod.Delete, $"/certificates/{id}", [], cancellationToken);
        var deactivated = await _operator.SendAsync(HttpMethod.Put, $"/certificates/{id}?newStatus=INACTIVE", [], cancellationToken);
        var attached = await _operator.SendAsync(HttpMethod.Delete, $"/certificates/{id}", [], cancellationToken);
        var described = await _operator.GetAsync($"/certificates/{id}", cancellationToken);

        AssertError(active, HttpStatusCode.NotAcceptable, "CertificateStateException:");
        Assert.That((deactivated.Status, deactivated.Body), Is.EqualTo((HttpStatusCode.OK, (JsonElement?)null)));
        AssertError(attached, HttpStatusCode.Conflict, "DeleteConflictException:");
        Assert.That(described.Body?.GetProperty("certificateDescription").GetProperty("status").GetString(), Is.EqualTo("INACTIVE"));
    }

    [Test]
    public async Task An_eleventh_policy_is_410(CancellationToken cancellationToken)
    {
        string arn = (await PostAsync("/keys-and-certificate", "", cancellationToken)).Text("certificateArn")!;
        const string Document = """{"policyDocument":"{\"Version\":\"2012-10-17\",\"Statement\":[]}"}""";

        ApiReply? last = null;
        for (int i = 0; i <= 10; i++)
        {
            await PostAsync($"/policies/p{i}", Document.Replace("[]", """[{\"Effect\":\"Allow\",\"Action\":\"iot:*\",\"Resource\":\"*\"}]""", StringComparison.Ordinal), cancellationToken);
            last = await _operator.SendAsync(HttpMethod.Put, $"/target-policies/p{i}", JsonSerializer.SerializeToUtf8Bytes(new { target = arn }), cancellationToken);
        }

        AssertError(last!, HttpStatusCode.Gone, "LimitExceededException:");
    }

    [Test]
    public async Task Lists_come_in_pages(CancellationToken cancellationToken)
    {
        foreach (string name in new[] { "b", "a", "c" }) await PostAsync($"/things/{name}", "{}", cancellationToken);

        var first = await _operator.GetAsync("/things?maxResults=2", cancellationToken);
        var second = await _operator.GetAsync($"/things?maxResults=2&nextToken={first.Text("nextToken")}", cancellationToken);

        Assert.That(Names(first), Is.EqualTo(new[] { "a", "b" }));
        Assert.That(Names(second), Is.EqualTo(new[] { "c" }));
        Assert.That(second.Body?.TryGetProperty("nextToken", out _), Is.False);

        static IEnumerable<string?> Names(ApiReply page) => page.Body!.Value.GetProperty("things").EnumerateArray().Select(thing => thing.GetProperty("thingName").GetString());
    }

    [Test]
    public async Task Connectivity_data_follows_the_client_with_the_things_name(CancellationToken cancellationToken)
    {
        await PostAsync("/things/NL000123", "{}", cancellationToken);

        var never = await PostAsync("/things/NL000123/connectivity-data", "", cancellationToken);
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        var connected = await PostAsync("/things/NL000123/connectivity-data", "", cancellationToken);
        await terminal.DisconnectAsync(cancellationToken);
        await Control.WaitForDisconnectedAsync(Terminal, cancellationToken);
        var disconnected = await PostAsync("/things/NL000123/connectivity-data", "", cancellationToken);

        long now = Time.GetUtcNow().ToUnixTimeSeconds();
        Assert.That(never.Body.ToString(), Is.EqualTo("""{"thingName":"NL000123","connected":false}"""));
        Assert.That(connected.Body.ToString(), Is.EqualTo($$"""{"thingName":"NL000123","connected":true,"timestamp":{{now}},"disconnectReason":"NONE"}"""));
        Assert.That(disconnected.Body.ToString(), Is.EqualTo($$"""{"thingName":"NL000123","connected":false,"timestamp":{{now}},"disconnectReason":"CLIENT_INITIATED_DISCONNECT"}"""));
    }

    private Task<ApiReply> PostAsync(string target, string body, CancellationToken cancellationToken) =>
        _operator.PostAsync(target, Encoding.UTF8.GetBytes(body), cancellationToken);

    private static void AssertError(ApiReply answer, HttpStatusCode status, string type)
    {
        Assert.That((answer.Status, answer.ErrorType), Is.EqualTo((status, type)), answer.Body.ToString());
        Assert.That(answer.ContentType, Is.EqualTo("application/json"));
    }
}
