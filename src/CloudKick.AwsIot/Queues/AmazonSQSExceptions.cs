using System.Net;
using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Queues;

/// <summary>SQS answered with an error; <see cref="AmazonServiceException.ErrorCode"/> has AWS's name of it.</summary>
public class AmazonSQSException : AmazonServiceException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public AmazonSQSException(string message, HttpStatusCode statusCode)
        : base(message, null, statusCode) => ErrorCode = GetType().Name;

    internal AmazonSQSException(ServiceError error)
        : base(error.Message, error.Cause, error.Type, error.Code, error.RequestId, error.Status)
    {
    }
}

/// <summary>403: 120,000 messages (20,000 of a FIFO queue) are received and not deleted.</summary>
public sealed class OverLimitException : AmazonSQSException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public OverLimitException(string message)
        : base(message, HttpStatusCode.Forbidden)
    {
    }

    internal OverLimitException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>400: no queue at that URL, in that region, of that account.</summary>
public sealed class QueueDoesNotExistException : AmazonSQSException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public QueueDoesNotExistException(string message)
        : base(message, HttpStatusCode.BadRequest)
    {
    }

    internal QueueDoesNotExistException(ServiceError error)
        : base(error)
    {
    }
}

/// <summary>403: more requests than the account may send.</summary>
public sealed class RequestThrottledException : AmazonSQSException
{
    /// <summary>For a client that stands in for AWS's.</summary>
    public RequestThrottledException(string message)
        : base(message, HttpStatusCode.Forbidden)
    {
    }

    internal RequestThrottledException(ServiceError error)
        : base(error)
    {
    }
}
