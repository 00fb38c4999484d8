using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace CloudKick.Testing;

/// <summary>What the API answered.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="ContentType">The body's media type; null without a body.</param>
/// <param name="Text">The body.</param>
/// <param name="Headers">The headers.</param>
public sealed record ApiAnswer(HttpStatusCode Status, string? ContentType, string Text, HttpResponseHeaders Headers)
{
    /// <summary>The body as a JSON object.</summary>
    public JsonObject Json => JsonNode.Parse(Text)!.AsObject();

    /// <summary>A problem's code; null when it is no problem document.</summary>
    public string? Code => ContentType == "application/problem+json" ? (string?)Json["code"] : null;

    /// <summary>Status and code, to assert both at once.</summary>
    public (int Status, string? Code) Verdict => ((int)Status, Code);

    /// <summary>The fields that <c>invalid-request</c> names.</summary>
    public IReadOnlyList<string> Fields => [.. (Json["errors"]?.AsArray() ?? []).Select(error => (string)error!["field"]!)];

    /// <inheritdoc/>
    public override string ToString() => $"{(int)Status} {Text}";
}

/// <summary>Calls of the API in one line.</summary>
public static class ApiCalls
{
    /// <summary>GET.</summary>
    public static Task<ApiAnswer> AskAsync(this HttpClient client, string path, CancellationToken cancellationToken) =>
        client.AskAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Any method, with a JSON body or none.</summary>
    public static async Task<ApiAnswer> AskAsync(
        this HttpClient client, HttpMethod method, string path, string? json, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        ArgumentNullException.ThrowIfNull(client);
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative));
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var response = await client.SendAsync(request, cancellationToken);
        return new ApiAnswer(
            response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(cancellationToken), response.Headers);
    }
}
