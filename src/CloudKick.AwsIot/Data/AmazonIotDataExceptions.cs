using System.Net;
using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Data;

/// <summary>AWS IoT's data API answered with an error; one that has a name in AWS's service model has a class of its own.</summary>
public class AmazonIotDataException : AmazonServiceException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public AmazonIotDataException(string message, HttpStatusCode statusCode)
        : base(message, null, statusCode) => ErrorCode = GetType().Name;

    internal AmazonIotDataException(ServiceError error)
        : base(error.Message, error.Cause, error.Type, error.Code, error.RequestId, error.Status)
    {
    }
}

/// <summary>409: the request is at odds with the state of things.</summary>
public sealed class ConflictException : AmazonIotDataException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ConflictException(string message)
        : base(message, HttpStatusCode.Conflict)
    {
    }

    internal ConflictException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>403: a policy does not allow it: the sender's, or, of a direct message, the receiver's <c>iot:Receive</c>.</summary>
public sealed class ForbiddenException : AmazonIotDataException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ForbiddenException(string message)
        : base(message, HttpStatusCode.Forbidden)
    {
    }

    internal ForbiddenException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>504: the receiver of a direct message did not acknowledge it in time. It may have it.</summary>
public sealed class GatewayTimeoutException : AmazonIotDataException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public GatewayTimeoutException(string message)
        : base(message, HttpStatusCode.GatewayTimeout)
    {
    }

    internal GatewayTimeoutException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>500: AWS failed.</summary>
public sealed class InternalFailureException : AmazonIotDataException
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
public sealed class InvalidRequestException : AmazonIotDataException
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

/// <summary>405: not with this HTTP method.</summary>
public sealed class MethodNotAllowedException : AmazonIotDataException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public MethodNotAllowedException(string message)
        : base(message, HttpStatusCode.MethodNotAllowed)
    {
    }

    internal MethodNotAllowedException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>413: the payload is too large.</summary>
public sealed class RequestEntityTooLargeException : AmazonIotDataException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public RequestEntityTooLargeException(string message)
        : base(message, HttpStatusCode.RequestEntityTooLarge)
    {
    }

    internal RequestEntityTooLargeException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>404: no such thing; of a direct message: the receiver is not connected.</summary>
public sealed class ResourceNotFoundException : AmazonIotDataException
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

/// <summary>503: AWS cannot serve now.</summary>
public sealed class ServiceUnavailableException : AmazonIotDataException
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

/// <summary>429: more requests than the account, or the receiver of a direct message, may have.</summary>
public sealed class ThrottlingException : AmazonIotDataException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public ThrottlingException(string message)
        : base(message, HttpStatusCode.TooManyRequests)
    {
    }

    internal ThrottlingException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>401: AWS does not know who asks.</summary>
public sealed class UnauthorizedException : AmazonIotDataException
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
