namespace CloudKick.LocalCloud;

/// <summary>Why the registry refuses a call; AWS's exception is the name followed by <c>Exception</c>.</summary>
internal enum RegistryFault
{
    InvalidRequest,
    ResourceNotFound,
    ResourceAlreadyExists,
    MalformedPolicy,
    LimitExceeded,
    VersionsLimitExceeded,
    CertificateState,
    CertificateValidation,
    DeleteConflict,
    VersionConflict,
    ResourceRegistrationFailure,

    /// <summary>A certificate ownership token that is unknown, used or too old.</summary>
    InvalidCertificateOwnershipToken,
}

/// <summary>A call that the registry refuses, as AWS's control plane would.</summary>
/// <param name="fault">AWS's kind of error.</param>
/// <param name="message">What is said to the caller.</param>
/// <param name="resourceArn">For <see cref="RegistryFault.ResourceAlreadyExists"/>: what is there already.</param>
/// <param name="resourceId">Its id, where it has one.</param>
internal sealed class RegistryException(RegistryFault fault, string message, string? resourceArn = null, string? resourceId = null) : Exception(message)
{
    public RegistryFault Fault { get; } = fault;

    public string? ResourceArn { get; } = resourceArn;

    public string? ResourceId { get; } = resourceId;
}
