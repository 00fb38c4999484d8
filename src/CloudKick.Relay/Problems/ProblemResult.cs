using System.Diagnostics;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;

namespace CloudKick.Relay.Problems;

/// <summary>An error as an endpoint's result; made by <see cref="Problem"/>.</summary>
internal sealed class ProblemResult(ProblemType type, string detail) : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";

    // Letters stay letters: the documents are never part of an HTML page.
    private static readonly ProblemJson Json =
        new(new JsonSerializerOptions(ProblemJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public ProblemType Type { get; } = type;

    public string Detail { get; } = detail;

    /// <summary>Faults by field, for <see cref="ProblemTypes.InvalidRequest"/>.</summary>
    public IReadOnlyList<FieldError>? Errors { get; init; }

    /// <summary>Members that only this problem has; must not repeat a standard one.</summary>
    public JsonObject? Extensions { get; init; }

    /// <summary>The <c>Retry-After</c> header, rounded up to whole seconds.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The <c>ETag</c> header: of what the request was about, as it is.</summary>
    public string? EntityTag { get; init; }

    /// <summary>The <c>WWW-Authenticate</c> header.</summary>
    public string? Challenge { get; init; }

    public int? StatusCode => Type.Status;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = Type.Status;
        response.Headers.CacheControl = "no-store";
        response.Headers.XContentTypeOptions = "nosniff";
        if (RetryAfter is { } delay)
            response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        if (EntityTag is not null)
            response.Headers.ETag = EntityTag;
        if (Challenge is not null)
            response.Headers[HeaderNames.WWWAuthenticate] = Challenge;
        return response.WriteAsJsonAsync(Body(httpContext), Json.ProblemBody, ContentType, httpContext.RequestAborted);
    }

    private ProblemBody Body(HttpContext context) => new()
    {
        Type = Type.Uri,
        Title = Type.Title,
        Status = Type.Status,
        Detail = Detail,
        Code = Type.Code,
        RetrySafe = Type.Retry switch
        {
            Retry.Safe => true,
            Retry.WhenRepeatable => Repeatable.Is(context),
            _ => false,
        },
        // Hosting starts an activity for each request and continues the caller's traceparent.
        TraceId = (Activity.Current?.TraceId ?? ActivityTraceId.CreateRandom()).ToHexString(),
        Errors = Errors,
        Extensions = Extensions?.ToDictionary(member => member.Key, member => JsonSerializer.SerializeToElement(member.Value, Json.JsonNode)),
    };
}
