using Microsoft.Extensions.Primitives;

namespace CloudKick.Relay.Security;

/// <summary>Reads <c>Authorization: Bearer …</c> (RFC 6750 §2.1), strictly: one header, one scheme, one space, one key.</summary>
internal static class BearerHeader
{
    private const string Scheme = "Bearer ";

    /// <summary>The key, or null when there is none in exactly this form.</summary>
    public static ApiKeyToken? Read(StringValues authorization) =>
        authorization is [{ } value] && value.Length <= Scheme.Length + ApiKeyToken.MaximumLength
        && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? ApiKeyToken.Parse(value.AsSpan(Scheme.Length))
            : null;
}
