using System.Net;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Queues;

/// <summary>Settings of <see cref="AmazonSQSClient"/>. Requests are signed with AWS credentials.</summary>
public class AmazonSQSConfig : AwsServiceConfig
{
    internal static readonly ServiceModel Model = new()
    {
        ServiceId = "SQS",
        Version = "2012-11-05",
        SigningName = "sqs",
        TargetPrefix = "AmazonSQS",
        Endpoints = new("sqs", "sqs-fips"),
        Errors = new(
            error => new AmazonSQSException(error),
            new("OverLimit", HttpStatusCode.Forbidden, error => new OverLimitException(error)),
            new("QueueDoesNotExist", HttpStatusCode.BadRequest, error => new QueueDoesNotExistException(error)),
            new("RequestThrottled", HttpStatusCode.Forbidden, error => new RequestThrottledException(error))),
    };

    /// <summary>Timeout 30 s: more than the 20 s that a receive may wait for messages.</summary>
    public AmazonSQSConfig()
        : base(Model, TimeSpan.FromSeconds(30))
    {
    }
}
