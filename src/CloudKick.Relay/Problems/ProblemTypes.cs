using static CloudKick.Relay.Problems.Retry;

namespace CloudKick.Relay.Problems;

/// <summary>Every problem that the API answers with. A code, once released, keeps its meaning and its status.</summary>
internal static class ProblemTypes
{
    public static readonly ProblemType InvalidRequest = new("invalid-request", 400, "The request is not valid", Never);
    public static readonly ProblemType Unauthorized = new("unauthorized", 401, "No valid API key", Never);
    public static readonly ProblemType InsufficientScope = new("insufficient-scope", 403, "The API key may not do this", Never);
    public static readonly ProblemType TerminalNotWhitelisted = new("terminal-not-whitelisted", 403, "The terminal is not on the whitelist", Never);
    public static readonly ProblemType NotFound = new("not-found", 404, "There is nothing here", Never);
    public static readonly ProblemType KickNotFound = new("kick-not-found", 404, "There is no such kick", Never);
    public static readonly ProblemType TerminalNotFound = new("terminal-not-found", 404, "There is no such terminal", Never);
    public static readonly ProblemType WhitelistEntryNotFound = new("whitelist-entry-not-found", 404, "The terminal is not on the whitelist", Never);
    public static readonly ProblemType WhitelistChangeNotFound = new("whitelist-change-not-found", 404, "The whitelist was never changed", Never);
    public static readonly ProblemType MerchantNotFound = new("merchant-not-found", 404, "There is no such merchant", Never);
    public static readonly ProblemType ApiKeyNotFound = new("api-key-not-found", 404, "There is no such API key", Never);
    public static readonly ProblemType CertificateNotFound = new("certificate-not-found", 404, "The terminal has no such certificate", Never);
    public static readonly ProblemType TransferNotFound = new("transfer-not-found", 404, "There is no such transfer", Never);
    public static readonly ProblemType MethodNotAllowed = new("method-not-allowed", 405, "This address does not answer to this method", Never);
    public static readonly ProblemType TerminalOffline = new("terminal-offline", 409, "The terminal is offline", Safe);
    public static readonly ProblemType KickInProgress = new("kick-in-progress", 409, "Another kick for this terminal is in progress", Safe);
    public static readonly ProblemType KickAlreadyFinal = new("kick-already-final", 409, "The kick has already ended", Never);
    public static readonly ProblemType IdempotencyKeyInUse = new("idempotency-key-in-use", 409, "A request with this idempotency key is still running", Safe);
    public static readonly ProblemType TerminalExists = new("terminal-exists", 409, "The terminal is registered already", Never);
    public static readonly ProblemType TerminalAssigned = new("terminal-assigned", 409, "The terminal is another merchant's", Never);
    public static readonly ProblemType TransferInProgress = new("transfer-in-progress", 409, "A transfer of the terminal is under way", Never);
    public static readonly ProblemType TransferEnded = new("transfer-ended", 409, "The transfer has already ended", Never);
    public static readonly ProblemType ApiKeyReplaced = new("api-key-replaced", 409, "The API key was replaced already", Never);
    public static readonly ProblemType TooManyCertificates = new("too-many-certificates", 409, "The terminal has two active certificates already", Never);
    public static readonly ProblemType CertificateState = new("certificate-state", 409, "The certificate's state does not allow this", Never);
    public static readonly ProblemType ProvisioningInProgress = new("provisioning-in-progress", 409, "The terminal's certificates are being changed", Safe);
    public static readonly ProblemType NotTheLastChange = new("not-the-last-change", 409, "This is not the last change of the whitelist", Never);
    public static readonly ProblemType PreconditionFailed = new("precondition-failed", 412, "A condition of the request does not hold", Never);
    public static readonly ProblemType PayloadTooLarge = new("payload-too-large", 413, "The request's body is too large", Never);
    public static readonly ProblemType UnsupportedMediaType = new("unsupported-media-type", 415, "The request's content type is not supported", Never);
    public static readonly ProblemType IdempotencyKeyReused = new("idempotency-key-reused", 422, "The idempotency key was used for another request", Never);
    public static readonly ProblemType ManagementSystemMismatch = new("management-system-mismatch", 422, "The terminal is in another management system", Never);
    public static readonly ProblemType CloudConnect1 = new("cloud-connect-1", 422, "This is a Cloud Connect 1.0 request", Never);
    public static readonly ProblemType RateLimited = new("rate-limited", 429, "Too many requests", Safe);
    public static readonly ProblemType TooManyStreams = new("too-many-streams", 429, "Too many streams are open", Safe);
    public static readonly ProblemType InternalError = new("internal-error", 500, "The relay failed", WhenRepeatable);
    public static readonly ProblemType ProvisioningNotConfigured = new("provisioning-not-configured", 501, "This relay does not make certificates", Never);
    public static readonly ProblemType CloudNotAuthorized = new("cloud-not-authorized", 502, "The cloud does not let the relay do this", Never);
    public static readonly ProblemType CloudRefused = new("cloud-refused", 502, "The cloud refused this", Never);
    public static readonly ProblemType CloudUnavailable = new("cloud-unavailable", 503, "The way to the terminals is not available", Safe);
    public static readonly ProblemType DatabaseUnavailable = new("database-unavailable", 503, "The database is not available", WhenRepeatable);
    public static readonly ProblemType TimedOut = new("timed-out", 504, "The relay did not finish in time", WhenRepeatable);

    /// <summary>All of them, in the order of their statuses.</summary>
    public static readonly IReadOnlyList<ProblemType> All =
    [
        InvalidRequest, Unauthorized, InsufficientScope, TerminalNotWhitelisted, NotFound, KickNotFound, TerminalNotFound, WhitelistEntryNotFound,
        WhitelistChangeNotFound, MerchantNotFound, ApiKeyNotFound, CertificateNotFound, TransferNotFound, MethodNotAllowed, TerminalOffline, KickInProgress, KickAlreadyFinal, IdempotencyKeyInUse,
        TerminalExists, TerminalAssigned, TransferInProgress, TransferEnded, ApiKeyReplaced, TooManyCertificates,
        CertificateState, ProvisioningInProgress, NotTheLastChange, PreconditionFailed, PayloadTooLarge,
        UnsupportedMediaType, IdempotencyKeyReused, ManagementSystemMismatch, CloudConnect1, RateLimited, TooManyStreams, InternalError, ProvisioningNotConfigured,
        CloudNotAuthorized, CloudRefused, CloudUnavailable,
        DatabaseUnavailable, TimedOut,
    ];
}
