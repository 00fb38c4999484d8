using System.Net.Mime;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Problems;
using Microsoft.Net.Http.Headers;

namespace CloudKick.Relay.Csv;

/// <summary>Calls of the API whose body is CSV.</summary>
internal static class CsvRequest
{
    /// <summary>How long such a body may be.</summary>
    public const int MaximumBytes = 1024 * 1024;

    /// <summary>Bounds the body, beside what it is.</summary>
    public static RouteHandlerBuilder TakesImport(this RouteHandlerBuilder builder) => builder
        .WithMetadata(new BodyLimitAttribute(MaximumBytes))
        .ProducesProblems(ProblemTypes.InvalidRequest, ProblemTypes.PayloadTooLarge, ProblemTypes.UnsupportedMediaType);

    /// <summary>The body's text, or why it is none.</summary>
    public static async Task<(string? Text, ProblemResult? Problem)> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        // Content negotiation let only CSV and no content type at all through.
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || (type.Charset.HasValue && !type.Charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)))
            return (null, new ProblemResult(ProblemTypes.UnsupportedMediaType, $"Send the body as {MediaTypeNames.Text.Csv} in UTF-8, or as what else the call takes."));
        return await CsvText.ReadAsync(request.Body, cancellationToken) is { } text ? (text, null) : (null, Problem.Invalid("body", CsvText.NotUtf8));
    }
}
