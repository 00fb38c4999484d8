using System.Globalization;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>Which languages the pages speak, and which one a reader gets: the one that they chose, else what their browser asks for, else English.</summary>
internal static class Languages
{
    public const string CookieName = "__Host-cloudkick-language";

    private static readonly Dictionary<string, CultureInfo> Cultures = new(StringComparer.OrdinalIgnoreCase)
    {
        ["en"] = CultureInfo.GetCultureInfo("en-GB"),
        ["nl"] = CultureInfo.GetCultureInfo("nl-NL"),
        ["fr"] = CultureInfo.GetCultureInfo("fr-FR"),
        ["de"] = CultureInfo.GetCultureInfo("de-DE"),
    };

    /// <summary>Their codes, and their own names for themselves.</summary>
    public static IReadOnlyList<(string Code, string Name)> All { get; } =
        [("nl", "Nederlands"), ("en", "English"), ("fr", "Français"), ("de", "Deutsch")];

    /// <summary>The code of the language that is being spoken.</summary>
    public static string Current => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName;

    public static bool IsKnown(string? code) => code is not null && Cultures.ContainsKey(code);

    /// <summary>Speaks the reader's language from here on, in this request.</summary>
    public static void Choose(HttpContext context)
    {
        var culture = Cultures[Wanted(context.Request)];
        CultureInfo.CurrentCulture = culture;
        CultureInfo.CurrentUICulture = culture;
        context.Response.Headers.ContentLanguage = culture.TwoLetterISOLanguageName;
    }

    /// <summary>Speaks a language for one block: for a mail to somebody else.</summary>
    public static T In<T>(string? code, Func<T> speak)
    {
        var (culture, uiCulture) = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            if (IsKnown(code))
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = Cultures[code!];
            return speak();
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, uiCulture);
        }
    }

    public static void Remember(HttpContext context, string code) =>
        context.Response.Cookies.Append(CookieName, code, new CookieOptions
        {
            Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromDays(365), IsEssential = true,
        });

    private static string Wanted(HttpRequest request)
    {
        if (request.Cookies[CookieName] is { } chosen && IsKnown(chosen))
            return chosen;
        return request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.Value?.Split('-')[0])
            .FirstOrDefault(IsKnown) ?? "en";
    }
}
