using System.Security.Cryptography;
using System.Text;

namespace CloudKick.LocalCloud;

/// <summary>
/// AWS Signature Version 4, the part that both sides compute (AWS IAM user guide, "Create a signed AWS API request").
/// Pure; nothing here knows the time or any secret of its own.
/// </summary>
internal static class SignatureV4
{
    public const string Algorithm = "AWS4-HMAC-SHA256";
    public const string Terminator = "aws4_request";
    public const string SignatureParameter = "X-Amz-Signature";
    public const string SecurityTokenParameter = "X-Amz-Security-Token";
    public const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The signature of a request, 32 bytes.</summary>
    /// <param name="request">As it came over the wire.</param>
    /// <param name="claim">When, where and over which headers it was signed.</param>
    /// <param name="secretAccessKey">The signer's.</param>
    /// <param name="leaveOutToken">
    /// AWS IoT's clients append the security token of a presigned address after they signed it; most other services' sign it too.
    /// </param>
    public static byte[] Sign(SignedRequest request, SignatureClaim claim, string secretAccessKey, bool leaveOutToken = false)
    {
        string canonical = CanonicalRequest(request, claim, leaveOutToken);
        string canonicalHash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)));
        string stringToSign = $"{Algorithm}\n{claim.Date}\n{claim.Scope}\n{canonicalHash}";

        byte[] key = Hmac(Encoding.UTF8.GetBytes($"AWS4{secretAccessKey}"), claim.Scope.Day);
        foreach (string part in new[] { claim.Scope.Region, claim.Scope.Service, Terminator }) key = Hmac(key, part);
        return Hmac(key, stringToSign);
    }

    public static string CanonicalRequest(SignedRequest request, SignatureClaim claim, bool leaveOutToken)
    {
        var headers = claim.SignedHeaders.Select(name => $"{name}:{CollapseSpaces(request.Header(name) ?? "")}\n");
        return string.Join('\n',
            request.Method,
            CanonicalPath(request.Path),
            CanonicalQuery(request.Query, claim.IsPresigned && leaveOutToken),
            string.Concat(headers),
            string.Join(';', claim.SignedHeaders),
            request.BodyHash());
    }

    /// <summary>
    /// The path without its dots and doubled slashes, encoded once more: what is encoded on the wire is encoded twice here,
    /// as every service but S3 wants it.
    /// </summary>
    public static string CanonicalPath(string path)
    {
        var segments = new List<string>();
        foreach (string segment in path.Split('/'))
        {
            if (segment is "" or ".") continue;
            if (segment != "..") segments.Add(PercentEncoding.Encode(segment));
            else if (segments.Count > 0) segments.RemoveAt(segments.Count - 1);
        }
        if (segments.Count == 0) return "/";
        bool directory = path.EndsWith('/') || path.EndsWith("/.", StringComparison.Ordinal) || path.EndsWith("/..", StringComparison.Ordinal);
        return $"/{string.Join('/', segments)}{(directory ? "/" : "")}";
    }

    /// <summary>All parameters but the signature itself, each spelled one way, in byte order of name, then value.</summary>
    public static string CanonicalQuery(string query, bool leaveOutToken = false) => string.Join('&',
        SplitQuery(query)
            .Where(parameter => parameter.Name != SignatureParameter && !(leaveOutToken && parameter.Name == SecurityTokenParameter))
            .Select(parameter => (Name: PercentEncoding.Normalize(parameter.Name), Value: PercentEncoding.Normalize(parameter.Value)))
            .OrderBy(parameter => parameter.Name, StringComparer.Ordinal).ThenBy(parameter => parameter.Value, StringComparer.Ordinal)
            .Select(parameter => $"{parameter.Name}={parameter.Value}"));

    /// <summary>Names and values as they are on the wire; a parameter without <c>=</c> has an empty value.</summary>
    public static IEnumerable<(string Name, string Value)> SplitQuery(string query)
    {
        foreach (string parameter in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = parameter.IndexOf('=');
            yield return equals < 0 ? (parameter, "") : (parameter[..equals], parameter[(equals + 1)..]);
        }
    }

    private static byte[] Hmac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string CollapseSpaces(string value) =>
        value.Contains("  ", StringComparison.Ordinal) || value.StartsWith(' ') || value.EndsWith(' ')
            ? string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            : value;
}
