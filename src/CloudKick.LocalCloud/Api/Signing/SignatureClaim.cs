using System.Globalization;

namespace CloudKick.LocalCloud;

/// <summary>What a signed request says of its signature, in its Authorization header or in its address. Nothing is checked yet.</summary>
/// <param name="AccessKeyId">Whose secret signed it.</param>
/// <param name="Scope">The day, region and service that the signing key is derived for.</param>
/// <param name="Date">When it was signed, <c>20150830T123600Z</c>; part of what is signed.</param>
/// <param name="SignedAt">The same as a time.</param>
/// <param name="SignedHeaders">Lower-case names, in order.</param>
/// <param name="Signature">Hexadecimal.</param>
/// <param name="SecurityToken">Of temporary credentials; else null.</param>
/// <param name="IsPresigned">Whether all this stood in the address.</param>
/// <param name="Expires">How long a presigned address is good for, if it says so.</param>
internal sealed record SignatureClaim(
    string AccessKeyId, CredentialScope Scope, string Date, DateTimeOffset SignedAt, IReadOnlyList<string> SignedHeaders,
    string Signature, string? SecurityToken, bool IsPresigned, TimeSpan? Expires)
{
    private const int MaximumSignedHeaders = 100;

    /// <summary>Whether a request says at all that it is signed.</summary>
    public static bool IsMadeBy(SignedRequest request) =>
        request.Header("Authorization") is not null || request.Query.Contains($"{SignatureV4.SignatureParameter}=", StringComparison.Ordinal);

    /// <returns>Null if it is incomplete or not well formed.</returns>
    public static SignatureClaim? Read(SignedRequest request) =>
        request.Header("Authorization") is { } authorization ? FromHeader(authorization, request) : FromQuery(request.Query);

    private static SignatureClaim? FromHeader(string authorization, SignedRequest request)
    {
        if (!authorization.StartsWith($"{SignatureV4.Algorithm} ", StringComparison.Ordinal)) return null;
        var fields = new Dictionary<string, string>();
        foreach (string field in authorization[SignatureV4.Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = field.IndexOf('=');
            if (equals > 0) fields[field[..equals]] = field[(equals + 1)..];
        }
        return Of(
            fields.GetValueOrDefault("Credential"), fields.GetValueOrDefault("SignedHeaders"), fields.GetValueOrDefault("Signature"),
            request.Header("X-Amz-Date"), request.Header("X-Amz-Security-Token"), presigned: false, expires: null);
    }

    private static SignatureClaim? FromQuery(string query)
    {
        var fields = new Dictionary<string, string>();
        foreach (var (name, value) in SignatureV4.SplitQuery(query)) fields[PercentEncoding.Decode(name)] = PercentEncoding.Decode(value);
        if (fields.GetValueOrDefault("X-Amz-Algorithm") != SignatureV4.Algorithm) return null;

        int? expires = null;
        if (fields.TryGetValue("X-Amz-Expires", out string? seconds))
        {
            // AWS: one second to seven days.
            if (!int.TryParse(seconds, NumberStyles.None, CultureInfo.InvariantCulture, out int value) || value is < 1 or > 604_800) return null;
            expires = value;
        }
        return Of(
            fields.GetValueOrDefault("X-Amz-Credential"), fields.GetValueOrDefault("X-Amz-SignedHeaders"), fields.GetValueOrDefault(SignatureV4.SignatureParameter),
            fields.GetValueOrDefault("X-Amz-Date"), fields.GetValueOrDefault(SignatureV4.SecurityTokenParameter),
            presigned: true, expires is { } some ? TimeSpan.FromSeconds(some) : null);
    }

    private static SignatureClaim? Of(
        string? credential, string? signedHeaders, string? signature, string? date, string? securityToken, bool presigned, TimeSpan? expires)
    {
        if (credential?.Split('/') is not [{ Length: > 0 } accessKeyId, var day, var region, var service, SignatureV4.Terminator]) return null;
        if (signature is null || date is null || signedHeaders?.Split(';') is not { Length: <= MaximumSignedHeaders } headers) return null;
        if (!DateTimeOffset.TryParseExact(date, SignatureV4.DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var signedAt)) return null;
        return new SignatureClaim(
            accessKeyId, new CredentialScope(day, region, service), date, signedAt, headers, signature, securityToken, presigned, expires);
    }
}

/// <summary>What a signing key is derived for.</summary>
/// <param name="Day"><c>20150830</c>.</param>
/// <param name="Region">An AWS region.</param>
/// <param name="Service">The signing name: <c>iot</c>, <c>iotdata</c> …</param>
internal sealed record CredentialScope(string Day, string Region, string Service)
{
    public override string ToString() => $"{Day}/{Region}/{Service}/{SignatureV4.Terminator}";
}
