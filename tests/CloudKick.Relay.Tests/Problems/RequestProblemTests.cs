using System.Net;
using System.Text;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Problems;

/// <summary>Requests that cannot be understood, on a call that any operator may make.</summary>
[CancelAfter(120_000)]
internal sealed class RequestProblemTests
{
    private const string Merchants = "v1/admin/merchants";
    private static readonly string FarTooMuch = $$"""{"name":"{{new string('x', 17 * 1024)}}"}""";

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private HttpClient _admin = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _admin = await _relay.CreateAdminClientAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static IEnumerable<TestCaseData> Bodies() =>
    [
        new("""{}""", "name", "is required"),
        new("""{"name":null}""", "name", "is required"),
        new("""{"name":" "}""", "name", "is required"),
        new("""{"name":"a\u0000b"}""", "name", "may not have control characters"),
        new($$"""{"name":"{{new string('x', 201)}}"}""", "name", "may have at most 200 characters"),
        new("""{"name":5}""", "name", "is not of the expected type or form"),
        new("""{"name":["x"]}""", "name", "is not of the expected type or form"),
        new("""{"name":"x","nmae":"y"}""", "nmae", "is not a member of this request"),
        new("""{"Name":"x"}""", "Name", "is not a member of this request"),
        new("""{"name":"x","name":"y"}""", "name", "is given more than once"),
        new("""[]""", "body", "is not of the expected type or form"),
        new("""null""", "body", "is required, as JSON"),
        new("", "body", "is required, as JSON"),
        new("""{"name":"x"} trailing""", "body", "is not JSON: line 1, byte 14"),
        new("""{"name":"x""", "name", "is not JSON: line 1, byte 11"),
    ];

    [TestCaseSource(nameof(Bodies))]
    public async Task A_fault_is_named_by_its_field(string body, string field, string message)
    {
        var answer = await _admin.AskAsync(HttpMethod.Post, Merchants, body, CancellationToken.None);

        Assert.That(answer.Verdict, Is.EqualTo((400, "invalid-request")), answer.Text);
        Assert.That((string?)answer.Json["errors"]![0]!["field"], Is.EqualTo(field));
        Assert.That((string?)answer.Json["errors"]![0]!["message"], Is.EqualTo(message));
        Assert.That(answer.Text, Does.Not.Contain("CloudKick.").And.Not.Contain("System."), "no names of types");
    }

    [Test]
    public async Task Deeply_nested_json_is_refused(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(
            HttpMethod.Post, Merchants, """{"name":""" + new string('[', 100) + new string(']', 100) + "}", cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((400, "invalid-request")));
    }

    [TestCase("application/json; charset=nonsense")]
    [TestCase("application/json; charset=iso-8859-1")]
    [TestCase("application/json; charset=\"utf-16\"")]
    public async Task A_body_that_says_it_is_not_utf8_is_not_read(string contentType)
    {
        using var content = new StringContent("""{"name":"x"}""");
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        using var answer = await _admin.PostAsync(new Uri(Merchants, UriKind.Relative), content);

        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
    }

    [Test]
    public async Task A_parameter_of_the_wrong_type_is_named(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(Merchants + "?limit=many", cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((400, "invalid-request")));
        Assert.That(answer.Fields, Is.EqualTo((string[])["limit"]));
    }

    [Test]
    public async Task All_faults_of_a_request_are_told_at_once(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(Merchants + "?limit=0&cursor=!", cancellationToken);

        Assert.That(answer.Fields, Is.EquivalentTo((string[])["limit", "cursor"]));
    }

    [Test]
    public async Task A_body_that_is_too_large_is_refused(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(HttpMethod.Post, Merchants, FarTooMuch, cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((413, "payload-too-large")));
    }

    [Test]
    public async Task A_body_of_another_type_is_refused(CancellationToken cancellationToken)
    {
        using var content = new StringContent("name=x", Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await _admin.PostAsync(new Uri(Merchants, UriKind.Relative), content, cancellationToken);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.UnsupportedMediaType));
        Assert.That(await response.Content.ReadAsStringAsync(cancellationToken), Does.Contain("\"code\":\"unsupported-media-type\""));
    }

    [Test]
    public async Task An_unknown_address_is_a_problem(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync("v1/nothing", cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((404, "not-found")));
    }

    [Test]
    public async Task A_wrong_method_is_a_problem_that_names_the_right_ones(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync(HttpMethod.Delete, Merchants, null, cancellationToken);

        Assert.That(answer.Verdict, Is.EqualTo((405, "method-not-allowed")));
        Assert.That((string?)answer.Json["detail"], Does.Contain("GET").And.Contain("POST"));
    }

    [Test]
    public async Task A_problem_continues_the_callers_trace(CancellationToken cancellationToken)
    {
        const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

        var answer = await _admin.AskAsync(HttpMethod.Get, "v1/nothing", null, cancellationToken, ("traceparent", $"00-{TraceId}-00f067aa0ba902b7-01"));

        Assert.That((string?)answer.Json["traceId"], Is.EqualTo(TraceId));
    }

    [Test]
    public async Task A_problem_has_its_members_and_is_not_cached(CancellationToken cancellationToken)
    {
        var answer = await _admin.AskAsync("v1/nothing", cancellationToken);

        Assert.That(answer.Json.Select(member => member.Key), Is.EqualTo((string[])["type", "title", "status", "detail", "code", "retrySafe", "traceId"]));
        Assert.That((string?)answer.Json["type"], Is.EqualTo("urn:cloudkick:problem:not-found"));
        Assert.That((string?)answer.Json["traceId"], Does.Match("^[0-9a-f]{32}$"));
        Assert.That(answer.Headers.CacheControl?.NoStore, Is.True);
    }
}
