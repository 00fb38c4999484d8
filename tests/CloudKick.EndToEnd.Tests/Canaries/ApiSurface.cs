using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>One request, and where in it the canary is.</summary>
internal sealed record ApiRequest(string Place, HttpMethod Method, string Address, string? Body, string ContentType, (string Name, string Value)? Header);

/// <summary>
/// Every place of every call where a caller can put a text, from the relay's own OpenAPI document: path, query, each member of the body
/// by itself, what has no name in the contract, headers, and bodies that are none.
/// </summary>
internal sealed class ApiSurface(JsonNode openApi)
{
    private const string Json = "application/json";

    private static readonly string[] Headers =
    [
        "Authorization", "Idempotency-Key", "Prefer", "Accept-Language", "Accept", "Last-Event-ID", "If-Match", "If-None-Match", "Cookie", "User-Agent", "Referer", "Origin",
        "X-Api-Key", "traceparent", "tracestate", "baggage", "X-Request-Id", "Content-Language", "Content-Type", "Accept-Encoding", "Host", "Forwarded", "X-Forwarded-For", "X-Forwarded-Host",
        "X-Forwarded-Proto",
    ];

    private static readonly string[] NoCalls = ["", "v1", "v1/admin", "v1/kicks/kck_00000000000000000000000000", "health", "swagger", "assets"];

    /// <summary>Requests for what is not there: no call has this address, or none this method.</summary>
    public static IEnumerable<ApiRequest> Unknown(string text)
    {
        var escaped = Uri.EscapeDataString(text);
        foreach (var start in NoCalls)
        {
            ApiRequest Request(string place, HttpMethod method, string address) => new($"{method} /{start}: {place}", method, address, null, Json, null);

            var path = $"{(start.Length == 0 ? "" : "/")}{start}/{escaped}";
            yield return Request("a path that is not known", HttpMethod.Get, path);
            yield return Request("a path that is not known, with a query", HttpMethod.Get, $"{path}?{escaped}=1&access_token={escaped}");
            yield return Request("a path that is not known, posted to", HttpMethod.Post, path);
            yield return Request("a method that is not known there", HttpMethod.Delete, path);
            yield return Request("a query alone", HttpMethod.Get, $"/{start}?{escaped}");
        }
        // Any token is a method (RFC 9110 §9.1).
        if (text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_'))
            yield return new ApiRequest("a method that nobody knows", new HttpMethod(text), "/v1/kicks", null, Json, null);
    }

    /// <summary>The requests that have the text in them, each at one place of a call.</summary>
    public IEnumerable<ApiRequest> With(string text)
    {
        foreach (var path in openApi["paths"]!.AsObject())
        {
            foreach (var operation in path.Value!.AsObject())
            {
                var call = $"{operation.Key} {path.Key}";
                var method = new HttpMethod(operation.Key.ToUpperInvariant());
                var parameters = operation.Value!["parameters"]?.AsArray() ?? [];
                var address = Address(path.Key, parameters, null, text);
                var schema = operation.Value["requestBody"]?["content"]?[Json]?["schema"];
                var example = schema is null ? null : Example(Resolve(schema));
                ApiRequest Request(string place, string at, JsonNode? body, (string, string)? header = null) =>
                    new($"{call}: {place}", method, at, body?.ToJsonString(), Json, header);

                foreach (var name in parameters.Where(parameter => (string?)parameter!["in"] is "path" or "query").Select(parameter => (string)parameter!["name"]!))
                    yield return Request(name, Address(path.Key, parameters, name, text), example);
                yield return Request("a query that is not known", $"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}access_token={Uri.EscapeDataString(text)}", example);
                foreach (var header in Headers)
                    yield return Request(header, address, example, (header, text));
                if (example is not JsonObject members)
                    continue;
                foreach (var member in members.Select(member => member.Key).ToArray())
                    yield return Request(member, address, With(members, member, JsonValue.Create(text)));
                yield return Request("a member that is not known", address, With(members, "unknown", JsonValue.Create(text)));
                yield return Request("a member's name", address, With(members, text, JsonValue.Create(1)));
                yield return Request("an array", address, new JsonArray(JsonValue.Create(text)));
                yield return new ApiRequest($"{call}: no JSON", method, address, text, Json, null);
                yield return new ApiRequest($"{call}: another content type", method, address, text, "text/plain", null);
            }
        }
    }

    /// <summary>The request as it is sent.</summary>
    public static HttpRequestMessage ToMessage(ApiRequest request)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(request.Address, UriKind.Relative));
        if (request.Body is not null)
            message.Content = new StringContent(request.Body, Encoding.UTF8, MediaTypeHeaderValue.Parse(request.ContentType));
        if (request.Header is var (name, value) && !message.Headers.TryAddWithoutValidation(name, value.ReplaceLineEndings(" ")))
        {
            // What describes a body goes with one, also with an empty one.
            message.Content ??= new ByteArrayContent([]);
            message.Content.Headers.Remove(name);
            message.Content.Headers.TryAddWithoutValidation(name, value.ReplaceLineEndings(" "));
        }
        return message;
    }

    private static string Address(string path, JsonArray parameters, string? canaryIn, string text)
    {
        var address = path;
        var query = new List<string>();
        foreach (var parameter in parameters)
        {
            var name = (string)parameter!["name"]!;
            var value = Uri.EscapeDataString(name == canaryIn ? text : PathExample(parameter));
            if ((string?)parameter["in"] == "path")
                address = address.Replace($"{{{name}}}", value, StringComparison.Ordinal);
            else if ((string?)parameter["in"] == "query" && name == canaryIn)
                query.Add($"{name}={value}");
        }
        return query.Count == 0 ? address : $"{address}?{string.Join('&', query)}";
    }

    private static string PathExample(JsonNode parameter) => (string?)parameter["schema"]?["format"] == "uuid"
        ? "0197f7a0-0000-7000-8000-000000000001"
        : parameter["example"]?.ToString() ?? parameter["schema"]?["example"]?.ToString() ?? "NL000999";

    private static JsonObject With(JsonObject members, string name, JsonNode? value)
    {
        var changed = members.DeepClone().AsObject();
        changed[name] = value;
        return changed;
    }

    private JsonNode Resolve(JsonNode schema)
    {
        while ((string?)schema["$ref"] is { } reference)
            schema = openApi["components"]!["schemas"]![reference[(reference.LastIndexOf('/') + 1)..]]!;
        return schema;
    }

    /// <summary>A body with every member of the contract in it.</summary>
    private JsonNode Example(JsonNode schema)
    {
        if (schema["example"] is { } given)
            return given.DeepClone();
        if (schema["properties"] is JsonObject properties)
        {
            var example = new JsonObject();
            foreach (var property in properties)
                example[property.Key] = Example(Resolve(property.Value!));
            return example;
        }
        return schema["items"] is { } items ? new JsonArray(Example(Resolve(items))) : JsonValue.Create("text");
    }
}
