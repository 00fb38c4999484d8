using System.Buffers.Text;
using System.Text;

namespace CloudKick.LocalCloud;

/// <summary>Where the next page of a list begins: after an entry's name. Opaque to callers.</summary>
internal static class PageToken
{
    public static string After(string name) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(name));

    /// <returns>The name to go on after; empty, which is before all others, without a token.</returns>
    /// <exception cref="ApiException">400: LocalCloud never gave such a token.</exception>
    public static string Read(string? token)
    {
        if (string.IsNullOrEmpty(token)) return "";
        if (!Base64Url.IsValid(token)) throw new ApiException(ApiError.InvalidRequest("The page token is not valid."));
        return Encoding.UTF8.GetString(Base64Url.DecodeFromChars(token));
    }
}
