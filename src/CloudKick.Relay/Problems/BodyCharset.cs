using Microsoft.Net.Http.Headers;

namespace CloudKick.Relay.Problems;

/// <summary>Bodies are UTF-8 (RFC 8259 §8.1). One that says it is something else is refused before anything tries to read it.</summary>
internal static class BodyCharset
{
    private const string Parameter = "charset";

    public static IApplicationBuilder UseUtf8Bodies(this IApplicationBuilder app) => app.Use(static (context, next) =>
        IsOther(context.Request.ContentType) ? BadRequestReader.UnsupportedMediaType().ExecuteAsync(context) : next(context));

    private static bool IsOther(string? contentType) =>
        contentType is not null && contentType.Contains(Parameter, StringComparison.OrdinalIgnoreCase)
        && MediaTypeHeaderValue.TryParse(contentType, out var type) && type.Charset.HasValue
        && !HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase);
}
