using System.Text.Json.Nodes;
using FluentValidation.Results;

namespace CloudKick.Relay.Problems;

/// <summary>
/// Makes the API's errors, one factory for each <see cref="ProblemTypes">type</see>. The detail says what happened and what to do
/// about it; it must not hold secrets, payloads or the text of exceptions.
/// </summary>
internal static class Problem
{
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);

    /// <summary>Every fault that the validator found, by the member's name in JSON.</summary>
    public static ProblemResult Invalid(ValidationResult result) =>
        Invalid(result.Errors.Select(failure => new FieldError(JsonPath.FromProperty(failure.PropertyName), failure.ErrorMessage)));

    /// <summary>One fault.</summary>
    public static ProblemResult Invalid(string field, string message) => Invalid([new FieldError(field, message)]);

    /// <summary>Several faults.</summary>
    /// <param name="faults">The faults.</param>
    /// <param name="extensions">Members that only this problem has.</param>
    public static ProblemResult Invalid(IEnumerable<FieldError> faults, JsonObject? extensions = null)
    {
        var errors = faults.ToArray();
        var detail = errors is [var only] ? $"{only.Field}: {only.Message}" : $"{errors.Length} faults, each named under errors. Correct the request and send it again.";
        return new ProblemResult(ProblemTypes.InvalidRequest, detail) { Errors = errors, Extensions = extensions };
    }

    /// <summary>No key, or one that is not valid.</summary>
    /// <param name="detail">What to do; says nothing about which part of a key was wrong.</param>
    /// <param name="error">The <c>error</c> of the challenge (RFC 6750 §3.1); null when no key came at all.</param>
    public static ProblemResult Unauthorized(string detail, string? error = null) => new(ProblemTypes.Unauthorized, detail)
    {
        Challenge = error is null ? "Bearer realm=\"cloudkick\"" : $"Bearer realm=\"cloudkick\", error=\"{error}\"",
    };

    /// <summary>The key is valid and lacks this scope, or is of the wrong kind for it.</summary>
    public static ProblemResult InsufficientScope(string detail, string scope) => new(ProblemTypes.InsufficientScope, detail)
    {
        Challenge = $"Bearer realm=\"cloudkick\", error=\"insufficient_scope\", scope=\"{scope}\"",
        Extensions = new JsonObject { ["requiredScope"] = scope },
    };

    public static ProblemResult TerminalNotWhitelisted(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.TerminalNotWhitelisted, detail, extensions);

    public static ProblemResult KickNotFound(string detail) => new(ProblemTypes.KickNotFound, detail);

    public static ProblemResult TerminalNotFound(string detail) => new(ProblemTypes.TerminalNotFound, detail);

    public static ProblemResult WhitelistEntryNotFound(string detail) => new(ProblemTypes.WhitelistEntryNotFound, detail);

    public static ProblemResult WhitelistChangeNotFound(string detail) => new(ProblemTypes.WhitelistChangeNotFound, detail);

    public static ProblemResult NotTheLastChange(string detail) => new(ProblemTypes.NotTheLastChange, detail);

    /// <param name="detail">What was demanded and is not so, and what to do.</param>
    /// <param name="currentTag">The entity tag that it has now; null when it does not exist.</param>
    public static ProblemResult PreconditionFailed(string detail, string? currentTag) => new(ProblemTypes.PreconditionFailed, detail)
    {
        EntityTag = currentTag,
        Extensions = new JsonObject { ["currentTag"] = currentTag },
    };

    public static ProblemResult MerchantNotFound(string detail) => new(ProblemTypes.MerchantNotFound, detail);

    public static ProblemResult ApiKeyNotFound(string detail) => new(ProblemTypes.ApiKeyNotFound, detail);

    /// <param name="successor">The id of the key that took its place.</param>
    public static ProblemResult ApiKeyReplaced(string successor) => new(
        ProblemTypes.ApiKeyReplaced,
        $"The key {successor} took its place, and its secret was shown when it was made. If nobody has it, revoke {successor} and make a new key.")
    {
        Extensions = new JsonObject { ["replacedBy"] = successor },
    };

    public static ProblemResult CertificateNotFound(string detail) => new(ProblemTypes.CertificateNotFound, detail);

    public static ProblemResult TooManyCertificates(string detail) => new(ProblemTypes.TooManyCertificates, detail);

    public static ProblemResult CertificateState(string detail) => new(ProblemTypes.CertificateState, detail);

    public static ProblemResult ProvisioningInProgress(string detail) => new(ProblemTypes.ProvisioningInProgress, detail) { RetryAfter = ShortPause };

    public static ProblemResult ProvisioningNotConfigured(string detail) => new(ProblemTypes.ProvisioningNotConfigured, detail);

    /// <param name="detail">What the relay must be allowed, and where.</param>
    /// <param name="action">The IAM action that it was about; null when it is about the credentials themselves.</param>
    public static ProblemResult CloudNotAuthorized(string detail, string? action) => new(ProblemTypes.CloudNotAuthorized, detail)
    {
        Extensions = action is null ? null : new JsonObject { ["action"] = action },
    };

    /// <param name="detail">What to do.</param>
    /// <param name="error">The cloud's name for the error.</param>
    public static ProblemResult CloudRefused(string detail, string error) =>
        new(ProblemTypes.CloudRefused, detail) { Extensions = new JsonObject { ["cloudError"] = error } };

    public static ProblemResult TerminalExists(string detail) => new(ProblemTypes.TerminalExists, detail);

    public static ProblemResult TerminalAssigned(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.TerminalAssigned, detail, extensions);

    public static ProblemResult TransferNotFound(string detail) => new(ProblemTypes.TransferNotFound, detail);

    public static ProblemResult TransferInProgress(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.TransferInProgress, detail, extensions);

    public static ProblemResult TransferEnded(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.TransferEnded, detail, extensions);

    public static ProblemResult TerminalOffline(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.TerminalOffline, detail, extensions);

    public static ProblemResult KickInProgress(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.KickInProgress, detail, extensions);

    public static ProblemResult KickAlreadyFinal(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.KickAlreadyFinal, detail, extensions);

    public static ProblemResult IdempotencyKeyInUse(string detail) =>
        new(ProblemTypes.IdempotencyKeyInUse, detail) { RetryAfter = ShortPause };

    public static ProblemResult IdempotencyKeyReused(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.IdempotencyKeyReused, detail, extensions);

    public static ProblemResult ManagementSystemMismatch(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.ManagementSystemMismatch, detail, extensions);

    public static ProblemResult CloudConnect1(string detail, params (string Name, JsonNode? Value)[] extensions) =>
        Create(ProblemTypes.CloudConnect1, detail, extensions);

    /// <summary>Too many requests, of a key or for a terminal.</summary>
    /// <param name="detail">Which limit.</param>
    /// <param name="retryAfter">When the next request will pass.</param>
    public static ProblemResult RateLimited(string detail, TimeSpan retryAfter) =>
        new(ProblemTypes.RateLimited, detail) { RetryAfter = retryAfter };

    /// <summary>Too many streams, of a caller or on the node.</summary>
    /// <param name="detail">Which bound.</param>
    /// <param name="retryAfter">When to try again.</param>
    public static ProblemResult TooManyStreams(string detail, TimeSpan retryAfter) =>
        new(ProblemTypes.TooManyStreams, detail) { RetryAfter = retryAfter };

    /// <param name="detail">What is down.</param>
    /// <param name="retryAfter">When to try again; null: in a second.</param>
    public static ProblemResult CloudUnavailable(string detail, TimeSpan? retryAfter = null) =>
        new(ProblemTypes.CloudUnavailable, detail) { RetryAfter = retryAfter ?? ShortPause };

    /// <param name="advice">What to do with the request.</param>
    public static ProblemResult DatabaseUnavailable(string advice) =>
        new(ProblemTypes.DatabaseUnavailable, $"The relay cannot reach its database at the moment. {advice}") { RetryAfter = ShortPause };

    /// <summary>Any type with members of its own.</summary>
    public static ProblemResult Create(ProblemType type, string detail, params ReadOnlySpan<(string Name, JsonNode? Value)> extensions)
    {
        if (extensions.IsEmpty)
            return new ProblemResult(type, detail);
        var members = new JsonObject();
        foreach (var (name, value) in extensions)
            members[name] = value;
        return new ProblemResult(type, detail) { Extensions = members };
    }
}
