using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using CloudKick.Fuzzing.Engine;

namespace CloudKick.Fuzzing.Relay;

/// <summary>One of the API's calls, as its OpenAPI document tells it.</summary>
/// <param name="Method">Its method.</param>
/// <param name="Path">Its path, with the parameters' names in braces.</param>
/// <param name="Query">The names of what it may be asked with.</param>
/// <param name="Body">The name of its body's schema; null: none.</param>
/// <param name="MayFindNothing">Whether 404 is one of its answers.</param>
internal sealed record HttpCall(string Method, string Path, string[] Query, string? Body, bool MayFindNothing);

/// <summary>HTTP/1.1 requests to every call that the relay's own OpenAPI document names: as they should be, with odd values, and damaged.</summary>
internal sealed class HttpGrammar
{
    private static readonly string[] Ids =
    [
        "NL000101", "NL000102", "kck_01KAJ4S8Q2F7M9V3XW5T6Y8Z0A", "0197f7a0-0000-7000-8000-000000000001", "abcdefgh01234567", "4111111111111111", "%00", "%C3%A9", "%ED%A0%80", "%FF", "..", "%2e%2e%2f",
        "a%0Ab", "1", "-1", "%20", "x", "'", "%25", "99999999999999999999",
    ];

    private static readonly string[] QueryValues =
    [
        "1", "200", "0", "-1", "2147483648", "NL", "TkwwMDAxMDE", "AAAA", "connected", "online", "nl", "true", "maybe", "%00", "a%00b", "%ED%A0%80", "%FF", "%E2%82%AC", "order-1042", "4111111111111111",
        "2026-11-21T10%3A00%3A00Z", "9999-12-31T23%3A59%3A59%2B14%3A00", "0001-01-01", "csv", "html", "",
    ];

    private static readonly string[] Headers =
    [
        "Idempotency-Key: till-7-0001", "Idempotency-Key: ", "Idempotency-Key: a b", "Idempotency-Key: é", "Prefer: wait=0", "Prefer: wait=99", "Prefer: wait", "Accept-Language: nl-BE, en;q=0.8", "Accept-Language: ;;;q=q",
        "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "traceparent: 00-zz-zz-zz", "tracestate: a=b,c", "baggage: a=b", "If-Match: \"1\"", "If-None-Match: *", "Last-Event-ID: 1", "Last-Event-ID: end",
        "Last-Event-ID: x", "Accept: application/xml", "Accept: text/csv;q=0.1", "Cookie: __Host-cloudkick=abcdefghijklmnopqrstuvwxyz0123456789-_ABCDE", "Cookie: a=b; =; ;;", "Expect: 100-continue",
        "Range: bytes=0-", "X-Forwarded-For: 1.2.3.4", "Content-Encoding: gzip", "Origin: https://example.test", "X-HTTP-Method-Override: DELETE",
    ];

    private static readonly string[] ContentTypes =
    [
        "application/json", "application/json", "application/json", "application/json; charset=utf-8", "application/json; charset=utf-16", "application/json; charset=nonsense", "text/csv", "text/csv; charset=iso-8859-1",
        "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "nonsense", "",
    ];

    private readonly HttpCall[] _calls;
    private readonly Dictionary<string, JsonMember[]> _bodies;
    private readonly string _merchantKey;
    private readonly string _adminKey;

    /// <param name="openApi">The relay's OpenAPI document.</param>
    /// <param name="bodies">What is known of its bodies.</param>
    /// <param name="merchantKey">A key that may do everything for a merchant.</param>
    /// <param name="adminKey">A platform operator's key.</param>
    public HttpGrammar(JsonNode openApi, IEnumerable<RequestBody> bodies, string merchantKey, string adminKey)
    {
        _calls = [.. Calls(openApi)];
        _bodies = bodies.ToDictionary(body => body.Name, body => body.Members);
        (_merchantKey, _adminKey) = (merchantKey, adminKey);
    }

    /// <summary>Writes a request.</summary>
    /// <returns>Whether it must be answered with success: it asks for a list, and for nothing in particular.</returns>
    public bool Write(FuzzRandom random, FuzzInput output)
    {
        var call = random.Of(_calls);
        var body = new FuzzInput();
        if (call.Body is not null || random.OneIn(10))
            WriteBody(random, body, call);
        var head = new StringBuilder();
        var method = random.OneIn(30) ? "PATCH" : call.Method;
        var path = Path(random, call);
        head.Append(method).Append(' ').Append(path).Append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        var allowed = !random.OneIn(12);
        if (allowed)
        {
            var needsAdmin = call.Path.StartsWith("/v1/admin", StringComparison.Ordinal);
            var admin = needsAdmin ^ random.OneIn(15);
            allowed = admin == needsAdmin;
            head.Append("Authorization: Bearer ").Append(admin ? _adminKey : _merchantKey).Append("\r\n");
        }
        var headers = random.Below(3);
        for (var count = headers; count > 0; count--)
            head.Append(random.Of(Headers)).Append("\r\n");
        if (body.Length > 0)
            head.Append("Content-Type: ").Append(random.OneIn(4) ? random.Of(ContentTypes) : ContentTypes[0]).Append("\r\n");
        head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n\r\n");
        output.Add(head.ToString());
        output.Add(body.Bytes);
        return method == "GET" && path == call.Path && !call.MayFindNothing && allowed && headers == 0 && body.Length == 0;
    }

    private void WriteBody(FuzzRandom random, FuzzInput output, HttpCall call)
    {
        if (call.Body is not null && _bodies.TryGetValue(call.Body, out var members))
            JsonGrammar.Write(random, output, members);
        else
            output.Add(JsonGrammar.Odd(random));
    }

    private static string Path(FuzzRandom random, HttpCall call)
    {
        var path = new StringBuilder();
        foreach (var segment in call.Path.Split('/', StringSplitOptions.RemoveEmptyEntries))
            path.Append('/').Append(segment.StartsWith('{') ? random.Of(Ids) : segment);
        var separator = '?';
        foreach (var name in call.Query)
        {
            if (random.OneIn(2))
                continue;
            path.Append(separator).Append(name).Append('=').Append(random.Of(QueryValues));
            separator = '&';
        }
        return path.ToString();
    }

    private static IEnumerable<HttpCall> Calls(JsonNode openApi) =>
        from path in openApi["paths"]!.AsObject()
        // Streams stay open on purpose; they are read elsewhere.
        where !path.Key.EndsWith("/events", StringComparison.Ordinal)
        from operation in path.Value!.AsObject()
        let parameters = operation.Value!["parameters"]?.AsArray() ?? []
        let schema = (string?)operation.Value["requestBody"]?["content"]?["application/json"]?["schema"]?["$ref"]
        select new HttpCall(
            operation.Key.ToUpperInvariant(),
            path.Key,
            [.. parameters.Where(parameter => (string?)parameter!["in"] == "query").Select(parameter => (string)parameter!["name"]!)],
            schema?[(schema.LastIndexOf('/') + 1)..],
            operation.Value["responses"]!.AsObject().ContainsKey("404"));
}
