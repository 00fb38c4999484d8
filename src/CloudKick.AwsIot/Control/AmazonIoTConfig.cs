using System.Net;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>Settings of <see cref="AmazonIoTClient"/>. Requests are signed with AWS credentials.</summary>
public class AmazonIoTConfig : AwsServiceConfig
{
    internal static readonly ServiceModel Model = new()
    {
        ServiceId = "IoT",
        Version = "2015-05-28",
        SigningName = "iot",
        Endpoints = new("iot", "iot-fips"),
        Errors = new(
            error => new AmazonIoTException(error),
            new("CertificateStateException", HttpStatusCode.NotAcceptable, error => new CertificateStateException(error)),
            new("ConflictingResourceUpdateException", HttpStatusCode.Conflict, error => new ConflictingResourceUpdateException(error)),
            new("DeleteConflictException", HttpStatusCode.Conflict, error => new DeleteConflictException(error)),
            new("IndexNotReadyException", HttpStatusCode.BadRequest, error => new IndexNotReadyException(error)),
            new("InternalFailureException", HttpStatusCode.InternalServerError, error => new InternalFailureException(error)),
            new("InvalidRequestException", HttpStatusCode.BadRequest, error => new InvalidRequestException(error)),
            new("LimitExceededException", HttpStatusCode.Gone, error => new LimitExceededException(error)),
            new("MalformedPolicyException", HttpStatusCode.BadRequest, error => new MalformedPolicyException(error)),
            new("ResourceAlreadyExistsException", HttpStatusCode.Conflict, error => new ResourceAlreadyExistsException(error)),
            new("ResourceNotFoundException", HttpStatusCode.NotFound, error => new ResourceNotFoundException(error)),
            new("ResourceRegistrationFailureException", HttpStatusCode.BadRequest, error => new ResourceRegistrationFailureException(error)),
            new("ServiceUnavailableException", HttpStatusCode.ServiceUnavailable, error => new ServiceUnavailableException(error)),
            new("ThrottlingException", HttpStatusCode.BadRequest, error => new ThrottlingException(error)),
            new("UnauthorizedException", HttpStatusCode.Unauthorized, error => new UnauthorizedException(error)),
            new("VersionConflictException", HttpStatusCode.Conflict, error => new VersionConflictException(error))),
    };

    /// <summary>Timeout 30 s.</summary>
    public AmazonIoTConfig()
        : base(Model, TimeSpan.FromSeconds(30))
    {
    }
}
