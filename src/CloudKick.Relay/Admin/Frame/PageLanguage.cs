using System.Globalization;
using CloudKick.Relay.Languages;

namespace CloudKick.Relay.Admin.Frame;

/// <summary>
/// Which language a reader gets: the one that was chosen in this browser, else that of their account once they sign in, else what their browser
/// asks for, else English.
/// </summary>
internal static class PageLanguage
{
    public const string CookieName = "__Host-cloudkick-language";

    // With a country each, for the way dates and numbers are written.
    private static readonly Dictionary<string, CultureInfo> Cultures = new(StringComparer.Ordinal)
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

    public static bool IsKnown(string? code) => Language.Find(code) is not null;

    /// <summary>Speaks the reader's language from here on, in this request.</summary>
    public static void Choose(HttpContext context)
    {
        var language = Language.Find(context.Request.Cookies[CookieName]) ?? Language.Accepted(context.Request);
        var culture = Cultures[language.Name];
        CultureInfo.CurrentCulture = culture;
        CultureInfo.CurrentUICulture = culture;
        context.Response.Headers.ContentLanguage = culture.TwoLetterISOLanguageName;
    }

    /// <summary>Brings the language of an account to a browser in which nobody chose one yet.</summary>
    public static void Bring(HttpContext context, string? code)
    {
        if (IsKnown(code) && Language.Find(context.Request.Cookies[CookieName]) is null)
            Remember(context, code!);
    }

    /// <summary>Remembers what a reader chose, for a year.</summary>
    public static void Remember(HttpContext context, string code) =>
        context.Response.Cookies.Append(CookieName, code, new CookieOptions
        {
            Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", MaxAge = TimeSpan.FromDays(365), IsEssential = true,
        });
}
