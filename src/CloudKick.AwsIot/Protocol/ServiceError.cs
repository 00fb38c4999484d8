using System.Net;
using System.Text.Json;
using Amazon.Runtime;
using Amazon.Runtime.Internal.Transform;

namespace CloudKick.AwsIot.Protocol;

/// <summary>What an answer with an HTTP error says.</summary>
/// <param name="Status">The answer's HTTP status.</param>
/// <param name="Code">AWS's name of the error, bare; null when the answer names none.</param>
/// <param name="Message">What AWS says about it; or what we can say, never empty.</param>
/// <param name="RequestId">To give to AWS's support; null when the answer has none.</param>
/// <param name="Details">The answer's JSON object, or an undefined element.</param>
/// <param name="Cause">The HTTP client's exception.</param>
internal sealed record ServiceError(HttpStatusCode Status, string? Code, string Message, string? RequestId, JsonElement Details, Exception? Cause)
{
    private const int LongestBody = 64 * 1024;
    private const int LongestExcerpt = 300;

    /// <summary>AWS's names in a JSON error, in the order in which they are believed.</summary>
    private static readonly string[] CodeMembers = ["__type", "code", "Code"];

    private static readonly string[] MessageMembers = ["message", "Message", "errorMessage"];

    /// <summary>Who is at fault: the sender when the status is 4xx.</summary>
    public ErrorType Type => (int)Status < 500 ? ErrorType.Sender : ErrorType.Receiver;

    internal static ServiceError Read(JsonUnmarshallerContext answer, Exception? cause, HttpStatusCode status)
    {
        var body = ReadBody(answer.Stream);
        var details = Parse(body);
        var code = Bare(answer.ResponseData.GetHeaderValue("x-amzn-ErrorType")) ?? Bare(Text(details, CodeMembers));
        var message = Text(details, MessageMembers) ?? NullIfEmpty(answer.ResponseData.GetHeaderValue("x-amzn-error-message"));
        var requestId = NullIfEmpty(answer.ResponseData.GetHeaderValue("x-amzn-RequestId")) ?? Text(details, ["traceId"]);
        return new(status, code, message ?? Describe(status, code, body), requestId, details, cause);
    }

    /// <summary>A string of <see cref="Details"/>, or null.</summary>
    internal string? Detail(string name) => Text(Details, [name]);

    /// <summary>
    /// The name alone: <c>ForbiddenException:</c>, <c>ForbiddenException:http://…</c> and <c>com.amazonaws.sqs#QueueDoesNotExist</c> all are
    /// on record.
    /// </summary>
    private static string? Bare(string? code)
    {
        if (code is null)
            return null;
        var colon = code.IndexOf(':', StringComparison.Ordinal);
        var bare = colon < 0 ? code : code[..colon];
        return NullIfEmpty(bare[(bare.LastIndexOf('#') + 1)..].Trim());
    }

    private static string Describe(HttpStatusCode status, string? code, byte[] body)
    {
        var text = System.Text.Encoding.UTF8.GetString(body).Trim();
        if (text.Length > LongestExcerpt)
            text = text[..LongestExcerpt] + "…";
        return $"AWS answered {(int)status} {code ?? status.ToString()}{(text.Length > 0 ? $": {text}" : " without a word of explanation")}";
    }

    private static byte[] ReadBody(Stream stream)
    {
        var buffer = new byte[LongestBody];
        var length = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return buffer[..length];
    }

    private static JsonElement Parse(byte[] body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            return JsonElement.TryParseValue(ref reader, out var parsed) && parsed.Value.ValueKind == JsonValueKind.Object ? parsed.Value : default;
        }
        catch (JsonException)
        {
            return default; // a gateway's page, or nothing: Describe quotes it
        }
    }

    private static string? Text(JsonElement json, string[] names)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var name in names)
        {
            if (json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && NullIfEmpty(value.GetString()) is { } text)
                return text;
        }
        return null;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text;
}
