using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace CloudKick.LocalCloud;

/// <summary>Decides whether a request was signed by one of the identities that LocalCloud knows. Thread safe.</summary>
internal sealed class SignatureVerifier(IReadOnlyDictionary<string, CloudIdentity> identitiesByAccessKey, string region, TimeProvider timeProvider)
{
    /// <summary>How far the signer's clock may be off, and how long a presigned address without an expiry is good for.</summary>
    public static readonly TimeSpan ClockTolerance = TimeSpan.FromMinutes(5);

    /// <summary>Who signed the request.</summary>
    /// <param name="request">A request that says that it is signed.</param>
    /// <param name="services">The signing names that the operation answers to.</param>
    /// <exception cref="ApiException">It is not signed as it says, by nobody known, or not now.</exception>
    public CloudIdentity Verify(SignedRequest request, IReadOnlyList<string> services)
    {
        if (SignatureClaim.Read(request) is not { } claim)
            throw Fault("IncompleteSignatureException", "The signature is incomplete: Credential, SignedHeaders, Signature and a date are needed.");
        if (!identitiesByAccessKey.TryGetValue(claim.AccessKeyId, out var identity) || !TokensMatch(identity, claim))
            throw Fault("UnrecognizedClientException", "The security token included in the request is invalid.");
        if ((ScopeFault(claim, services) ?? TimeFault(claim)) is { } wrong) throw Fault("InvalidSignatureException", wrong);
        if (!claim.SignedHeaders.Contains("host"))
            throw Fault("InvalidSignatureException", "'Host' must be a 'SignedHeader' in the AWS Authorization.");
        if (request.Header("X-Amz-Content-Sha256") is { } said && said != request.BodyHash())
            throw Fault("InvalidSignatureException", "The value of x-amz-content-sha256 is not the hash of the body. Unsigned and streamed payloads are not accepted.");
        if (!IsRight(request, claim, identity))
        {
            throw Fault("InvalidSignatureException",
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.");
        }
        return identity;
    }

    private static bool IsRight(SignedRequest request, SignatureClaim claim, CloudIdentity identity)
    {
        bool right = Matches(leaveOutToken: false);
        if (!right && claim is { IsPresigned: true, SecurityToken: not null }) right = Matches(leaveOutToken: true);
        return right;

        bool Matches(bool leaveOutToken) => CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SignatureV4.Sign(request, claim, identity.SecretAccessKey, leaveOutToken))),
            Encoding.ASCII.GetBytes(claim.Signature));
    }

    private static bool TokensMatch(CloudIdentity identity, SignatureClaim claim) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(identity.SessionToken ?? ""), Encoding.UTF8.GetBytes(claim.SecurityToken ?? ""));

    private string? ScopeFault(SignatureClaim claim, IReadOnlyList<string> services)
    {
        if (claim.Scope.Region != region) return $"Credential should be scoped to a valid region, not '{claim.Scope.Region}'.";
        if (!services.Contains(claim.Scope.Service)) return $"Credential should be scoped to correct service: '{services[0]}'.";
        return claim.Date.StartsWith(claim.Scope.Day, StringComparison.Ordinal) && claim.Scope.Day.Length == 8
            ? null : $"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{claim.Scope.Day}' != '{claim.Date[..8]}', from '{claim.Date}'.";
    }

    private string? TimeFault(SignatureClaim claim)
    {
        var now = timeProvider.GetUtcNow();
        var goodFor = claim.Expires ?? ClockTolerance;
        if (claim.SignedAt > now + ClockTolerance) return $"Signature not yet current: {claim.Date} is still later than {Text(now + ClockTolerance)} ({Text(now)} + 5 min.)";
        return claim.SignedAt + goodFor < now ? $"Signature expired: {claim.Date} is now earlier than {Text(now - goodFor)} ({Text(now)} - {goodFor.TotalMinutes:0.#} min.)" : null;

        static string Text(DateTimeOffset time) => time.ToString(SignatureV4.DateFormat, CultureInfo.InvariantCulture);
    }

    private static ApiException Fault(string type, string message) => new(new ApiError(403, type, message));
}
