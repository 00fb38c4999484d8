using CloudKick.Relay.Users;

namespace CloudKick.Relay.Security;

/// <summary>
/// The cookie that holds a session's token. <c>__Host-</c> (RFC 6265bis §4.1.3.2): only over a secure connection, only to this host, all
/// of it. Browsers take <c>http://localhost</c> for secure.
/// </summary>
internal static class SessionCookie
{
    public const string Name = "__Host-cloudkick";

    // Ends with the browser; the database ends it earlier.
    private static readonly CookieOptions Options = new() { Secure = true, HttpOnly = true, SameSite = SameSiteMode.Lax, Path = "/", IsEssential = true };

    public static SecretToken? Read(HttpContext context) => SecretToken.Parse(context.Request.Cookies[Name]);

    public static void Write(HttpContext context, SecretToken token) => context.Response.Cookies.Append(Name, token.Text, Options);

    public static void Remove(HttpContext context) => context.Response.Cookies.Delete(Name, Options);
}
