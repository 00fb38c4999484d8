using System.Net;
using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>AWS IoT's control API answered with an error; one that has a name in AWS's service model has a class of its own.</summary>
/// <remarks>Missing IAM rights come as <c>AccessDeniedException</c> with 403, which is of no model and so of this class.</remarks>
public class AmazonIoTException : AmazonServiceException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public AmazonIoTException(string message, HttpStatusCode statusCode)
        : base(message, null, statusCode) => ErrorCode = GetType().Name;

    internal AmazonIoTException(ServiceError error)
        : base(error.Message, error.Cause, error.Type, error.Code, error.RequestId, error.Status)
    {
    }
}

/// <summary>406: not while the certificate is in that state (an active one cannot be deleted).</summary>
public sealed class CertificateStateException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public CertificateStateException(string message)
        : base(message, HttpStatusCode.NotAcceptable)
    {
    }

    internal CertificateStateException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>409: two registrations of one thing at the same time.</summary>
public sealed class ConflictingResourceUpdateException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ConflictingResourceUpdateException(string message)
        : base(message, HttpStatusCode.Conflict)
    {
    }

    internal ConflictingResourceUpdateException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>409: what is attached to something else cannot be deleted.</summary>
public sealed class DeleteConflictException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public DeleteConflictException(string message)
        : base(message, HttpStatusCode.Conflict)
    {
    }

    internal DeleteConflictException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>400: fleet indexing is off, or still being built.</summary>
public sealed class IndexNotReadyException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public IndexNotReadyException(string message)
        : base(message, HttpStatusCode.BadRequest)
    {
    }

    internal IndexNotReadyException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>500: AWS failed.</summary>
public sealed class InternalFailureException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public InternalFailureException(string message)
        : base(message, HttpStatusCode.InternalServerError)
    {
    }

    internal InternalFailureException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>400: the request is not valid.</summary>
public sealed class InvalidRequestException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public InvalidRequestException(string message)
        : base(message, HttpStatusCode.BadRequest)
    {
    }

    internal InvalidRequestException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>410: one of AWS's limits is reached, such as ten policies on a certificate.</summary>
public sealed class LimitExceededException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public LimitExceededException(string message)
        : base(message, HttpStatusCode.Gone)
    {
    }

    internal LimitExceededException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>400: the policy document is not valid.</summary>
public sealed class MalformedPolicyException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public MalformedPolicyException(string message)
        : base(message, HttpStatusCode.BadRequest)
    {
    }

    internal MalformedPolicyException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>409: there already is one of that name, and it is another.</summary>
public sealed class ResourceAlreadyExistsException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ResourceAlreadyExistsException(string message)
        : base(message, HttpStatusCode.Conflict)
    {
    }

    internal ResourceAlreadyExistsException(ServiceError error)
        : base(error) => (ResourceId, ResourceArn) = (error.Detail("resourceId"), error.Detail("resourceArn"));

    /// <summary>Of the one that there is, if AWS tells.</summary>
    public string? ResourceId { get; }

    /// <summary>Of the one that there is, if AWS tells.</summary>
    public string? ResourceArn { get; }
}

/// <summary>404: no such thing, certificate or policy.</summary>
public sealed class ResourceNotFoundException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ResourceNotFoundException(string message)
        : base(message, HttpStatusCode.NotFound)
    {
    }

    internal ResourceNotFoundException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>400: a provisioning template could not be carried out.</summary>
public sealed class ResourceRegistrationFailureException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ResourceRegistrationFailureException(string message)
        : base(message, HttpStatusCode.BadRequest)
    {
    }

    internal ResourceRegistrationFailureException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>503: AWS cannot serve now.</summary>
public sealed class ServiceUnavailableException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ServiceUnavailableException(string message)
        : base(message, HttpStatusCode.ServiceUnavailable)
    {
    }

    internal ServiceUnavailableException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>400: more requests a second than the account may send.</summary>
public sealed class ThrottlingException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ThrottlingException(string message)
        : base(message, HttpStatusCode.BadRequest)
    {
    }

    internal ThrottlingException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>401: AWS does not know who asks.</summary>
public sealed class UnauthorizedException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public UnauthorizedException(string message)
        : base(message, HttpStatusCode.Unauthorized)
    {
    }

    internal UnauthorizedException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>409: the thing has changed: it is not at the version that was expected.</summary>
public sealed class VersionConflictException : AmazonIoTException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public VersionConflictException(string message)
        : base(message, HttpStatusCode.Conflict)
    {
    }

    internal VersionConflictException(ServiceError error)
        : base(error)
    {
    }
}
