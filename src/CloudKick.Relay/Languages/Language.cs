using System.Globalization;

namespace CloudKick.Relay.Languages;

/// <summary>The languages that the relay speaks to people; what programs read is English.</summary>
internal static class Language
{
    /// <summary>English, which stands in for every other language.</summary>
    public static readonly CultureInfo Default = CultureInfo.GetCultureInfo("en");

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<CultureInfo> All =
        [Default, CultureInfo.GetCultureInfo("nl"), CultureInfo.GetCultureInfo("fr"), CultureInfo.GetCultureInfo("de")];

    /// <summary>What a parameter that names a language must be, for a message.</summary>
    public static string Rule { get; } = $"must be one of {string.Join(", ", All.Select(language => language.Name))}";

    /// <summary>The language that is asked for by name; null when it is none of ours. <c>nl-BE</c> is <c>nl</c>.</summary>
    public static CultureInfo? Find(ReadOnlySpan<char> tag)
    {
        var subtag = tag.IndexOf('-') is var end and >= 0 ? tag[..end] : tag;
        foreach (var language in All)
        {
            if (subtag.Equals(language.Name, StringComparison.OrdinalIgnoreCase))
                return language;
        }
        return null;
    }

    /// <summary>The language of the page that is being written.</summary>
    public static CultureInfo Current => Find(CultureInfo.CurrentUICulture.Name) ?? Default;

    /// <summary>What the client accepts best (RFC 9110 §12.5.4) of what there is.</summary>
    public static CultureInfo Accepted(HttpRequest request)
    {
        foreach (var wanted in request.GetTypedHeaders().AcceptLanguage.Where(range => range.Quality is not 0).OrderByDescending(range => range.Quality ?? 1))
        {
            if (Find(wanted.Value.AsSpan()) is { } language)
                return language;
        }
        return Default;
    }

    /// <summary>The language named in the query, else what the client accepts; null when the query names none of ours.</summary>
    public static CultureInfo? Choose(string? named, HttpRequest request) => named is null ? Accepted(request) : Find(named);
}
