using System.Text.Json;
using System.Text.Json.Nodes;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Terminals;

/// <summary>Short ways to ask and to look at what came back.</summary>
internal static class ApiAnswers
{
    public static Task<ApiAnswer> PutAsync(this HttpClient client, string path, object body, CancellationToken cancellationToken) =>
        client.AskAsync(HttpMethod.Put, path, Json(body), cancellationToken);

    public static Task<ApiAnswer> PatchAsync(this HttpClient client, string path, object body, CancellationToken cancellationToken) =>
        client.AskAsync(HttpMethod.Patch, path, Json(body), cancellationToken);

    public static Task<ApiAnswer> PostAsync(this HttpClient client, string path, object body, CancellationToken cancellationToken) =>
        client.AskAsync(HttpMethod.Post, path, Json(body), cancellationToken);

    public static Task<ApiAnswer> DeleteAnswerAsync(this HttpClient client, string path, CancellationToken cancellationToken) =>
        client.AskAsync(HttpMethod.Delete, path, null, cancellationToken);

    /// <summary>A POST of a body that is not JSON, or does not say so.</summary>
    public static async Task<ApiAnswer> PostContentAsync(
        this HttpClient client, string path, byte[] body, string? contentType, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body);
        if (contentType is not null)
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        return new ApiAnswer(
            response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync(cancellationToken), response.Headers);
    }

    /// <summary>The items of a page.</summary>
    public static IEnumerable<JsonNode> Items(this ApiAnswer answer) => answer.Json["items"]!.AsArray()!;

    /// <summary>The answer without its subject's id and without what differs from request to request.</summary>
    public static string Comparable(this ApiAnswer answer, string id)
    {
        if (answer.Text.Length == 0)
            return $"{answer.Status}";
        var body = answer.Json;
        foreach (var member in new[] { "traceId", "createdAt", "updatedAt" })
            body.Remove(member);
        return $"{answer.Status} {body.ToJsonString().Replace(id, "ID", StringComparison.Ordinal)}";
    }

    // A string is sent as it is.
    private static string Json(object body) => body as string ?? JsonSerializer.Serialize(body, JsonSerializerOptions.Web);
}
