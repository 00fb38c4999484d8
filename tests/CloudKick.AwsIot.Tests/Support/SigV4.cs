using System.Security.Cryptography;
using System.Text;

namespace CloudKick.AwsIot.Tests.Support;

/// <summary>AWS Signature Version 4 as AWS's documentation says it, written without the SDK: what the SDK's signatures are held against.</summary>
internal static class SigV4
{
    private static readonly string HashOfNothing = Hash([]);

    /// <summary>The signature that a request must have, in hexadecimal.</summary>
    /// <param name="target">Path and query as sent.</param>
    /// <param name="headers">Those to be signed, names in lower case.</param>
    public static string Sign(string secret, string region, string service, string method, string target, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        var time = headers["x-amz-date"];
        var scope = $"{time[..8]}/{region}/{service}/aws4_request";
        var canonical = Canonicalize(method, target, headers, body);
        var text = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(Encoding.UTF8.GetBytes(canonical))}";

        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in scope.Split('/'))
            key = Mac(key, part);
        return Convert.ToHexStringLower(Mac(key, text));
    }

    /// <summary>Method, path (its segments encoded once more), query in order, headers in order, their names, the body's hash.</summary>
    public static string Canonicalize(string method, string target, IReadOnlyDictionary<string, string> headers, byte[] body)
    {
        var (path, query) = target.Split('?', 2) is [var before, var after] ? (before, after) : (target, "");
        var names = headers.Keys.Order(StringComparer.Ordinal).ToArray();
        return string.Join('\n',
        [
            method,
            string.Join('/', path.Split('/').Select(Uri.EscapeDataString)),
            string.Join('&', query.Split('&', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)),
            .. names.Select(name => $"{name}:{headers[name].Trim()}"),
            "",
            string.Join(';', names),
            body.Length == 0 ? HashOfNothing : Hash(body),
        ]);
    }

    /// <summary>Whether a request that came in has the signature that it must have.</summary>
    public static bool IsValid(ReceivedRequest request, string secret)
    {
        var parts = request.Header("Authorization")!["AWS4-HMAC-SHA256 ".Length..].Split(',', StringSplitOptions.TrimEntries)
            .Select(part => part.Split('=', 2)).ToDictionary(part => part[0], part => part[1]);
        var scope = parts["Credential"].Split('/');
        var signed = parts["SignedHeaders"].Split(';').ToDictionary(name => name, name => request.Header(name)!);
        return Sign(secret, scope[2], scope[3], request.Method, request.Target, signed, request.Body) == parts["Signature"];
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));

    private static string Hash(byte[] data) => Convert.ToHexStringLower(SHA256.HashData(data));
}
