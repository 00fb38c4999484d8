using CloudKick.Relay.Languages;
using CloudKick.Relay.Problems;
using Microsoft.Net.Http.Headers;

namespace CloudKick.Relay.Terminals.Parameters;

/// <summary>As what, and in which language, a parameter sheet is wanted: by the query, else by what the client accepts (RFC 9110 §12.5).</summary>
internal sealed record ParameterSheetChoice(string Format, ParameterSheetTexts Texts)
{
    public const string Json = "json";
    public const string Csv = "csv";
    public const string Html = "html";

    public static readonly IReadOnlyList<string> Formats = [Json, Csv, Html];

    // In the order in which they are preferred where the client has no preference.
    private static readonly (string Format, MediaTypeHeaderValue Type)[] MediaTypes =
    [
        (Json, new("application/json")), (Html, new("text/html")), (Csv, new("text/csv")),
    ];

    /// <summary>Reads the request.</summary>
    /// <param name="request">Its headers.</param>
    /// <param name="format">The query's, which wins.</param>
    /// <param name="lang">Likewise.</param>
    /// <param name="faults">What of the query cannot be; the choice holds only when there is nothing.</param>
    public static ParameterSheetChoice Of(HttpRequest request, string? format, string? lang, out IReadOnlyList<FieldError> faults)
    {
        var found = new List<FieldError>();
        if (format is not null && !Formats.Contains(format))
            found.Add(new(nameof(format), $"must be one of {string.Join(", ", Formats)}"));
        var language = Language.Choose(lang, request);
        if (language is null)
            found.Add(new(nameof(lang), Language.Rule));
        faults = found;
        return new(format ?? Accepted(request.GetTypedHeaders().Accept), ParameterSheetTexts.In(language ?? Language.Default));
    }

    // A client that accepts none of ours gets JSON all the same: it reads the content type.
    private static string Accepted(IList<MediaTypeHeaderValue> accepted)
    {
        foreach (var wanted in accepted.Where(type => type.Quality is not 0).OrderByDescending(type => type.Quality ?? 1))
        {
            foreach (var (format, type) in MediaTypes)
            {
                if (type.IsSubsetOf(new MediaTypeHeaderValue(wanted.MediaType)))
                    return format;
            }
        }

        return Json;
    }
}
