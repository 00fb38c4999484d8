using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace CloudKick.LocalCloud;

/// <summary>One call of an operation: what it asks, who asks, and the way to answer.</summary>
internal sealed class ApiCall(
    HttpContext context, string requestId, SignedRequest request, Device caller, ApiPlane plane, IReadOnlyDictionary<string, string> path)
{
    private readonly Dictionary<string, string> _query = SignatureV4.SplitQuery(request.Query)
        .GroupBy(parameter => PercentEncoding.Decode(parameter.Name))
        .ToDictionary(group => group.Key, group => PercentEncoding.Decode(group.Last().Value.Replace('+', ' ')));

    public HttpContext Context { get; } = context;

    /// <summary>In <c>x-amzn-RequestId</c> and, on the data endpoint, in <c>traceId</c>.</summary>
    public string RequestId { get; } = requestId;

    /// <summary>Who asks, by certificate or signature.</summary>
    public Device Caller { get; } = caller;

    public ApiPlane Plane { get; } = plane;

    public ReadOnlyMemory<byte> Body => request.Body;

    /// <summary>The caller has gone.</summary>
    public CancellationToken Aborted => Context.RequestAborted;

    public string Path(string name) => path[name];

    public string? Header(string name) => request.Header(name);

    public string? Query(string name) => _query.GetValueOrDefault(name);

    /// <exception cref="ApiException">400: it is neither <c>true</c> nor <c>false</c>.</exception>
    public bool QueryFlag(string name) => Query(name) switch
    {
        null or "" => false,
        { } text when bool.TryParse(text, out bool value) => value,
        { } text => throw Invalid($"{name} is true or false, not '{text}'."),
    };

    /// <exception cref="ApiException">400: it is no number, or out of range.</exception>
    public int? QueryNumber(string name, int minimum, int maximum) => Query(name) switch
    {
        null or "" => null,
        { } text when int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= minimum && value <= maximum => value,
        { } text => throw Invalid($"{name} is a number from {minimum} to {maximum}, not '{text}'."),
    };

    /// <summary>The body as JSON; an empty one is an empty object.</summary>
    /// <exception cref="ApiException">400: it is not the JSON that the operation takes.</exception>
    public T Json<T>(JsonTypeInfo<T> type) where T : notnull
    {
        try
        {
            return JsonSerializer.Deserialize(Body.IsEmpty ? "{}"u8 : Body.Span, type) ?? throw Invalid("The body is null.");
        }
        catch (JsonException exception)
        {
            throw Invalid($"The body is not valid: {exception.Path} at line {exception.LineNumber}, byte {exception.BytePositionInLine}.");
        }
    }

    public Task AnswerAsync<T>(T answer, JsonTypeInfo<T> type) =>
        WriteAsync(Context, StatusCodes.Status200OK, RequestId, answer, type);

    /// <summary>200 with nothing in it.</summary>
    public Task AnswerAsync()
    {
        Context.Response.Headers["x-amzn-RequestId"] = RequestId;
        Context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }

    public static Task RefuseAsync(HttpContext context, string requestId, ApiPlane plane, ApiError error)
    {
        context.Response.Headers["x-amzn-ErrorType"] = $"{error.Type}:"; // the colon is AWS's
        return WriteAsync(
            context, error.Status, requestId, new ApiErrorBody(error.Message, plane == ApiPlane.Data ? requestId : null, error.ResourceId, error.ResourceArn), ApiJson.Default.ApiErrorBody);
    }

    public ApiException Throttled() => new(ApiError.Throttled(Plane));

    private static Task WriteAsync<T>(HttpContext context, int status, string requestId, T answer, JsonTypeInfo<T> type)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(answer, type);
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        response.Headers["x-amzn-RequestId"] = new StringValues(requestId);
        return response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private static ApiException Invalid(string message) => new(ApiError.InvalidRequest(message));
}
