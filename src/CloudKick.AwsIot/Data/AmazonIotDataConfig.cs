using System.Net;
using System.Security.Cryptography.X509Certificates;
using CloudKick.AwsIot.Protocol;
using CloudKick.AwsIot.Tls;

namespace CloudKick.AwsIot.Data;

/// <summary>
/// Settings of <see cref="AmazonIotDataClient"/>. Who asks is told by AWS credentials (SigV4), or, when <see cref="ClientCertificate"/> is set, by the
/// TLS connection's certificate; then <c>ServiceURL</c> is the account's own endpoint (<c>https://…-ats.iot.eu-central-1.amazonaws.com</c>).
/// </summary>
public class AmazonIotDataConfig : AwsServiceConfig
{
    /// <summary>ALPN by which port 443 knows HTTPS with a client certificate from MQTT and from signed HTTPS.</summary>
    public const string CertificateApplicationProtocol = "x-amzn-http-ca";

    internal static readonly ServiceModel Model = new()
    {
        ServiceId = "IoT Data Plane",
        Version = "2015-05-28",
        SigningName = "iotdata",
        Endpoints = new("data-ats.iot", "data-ats.iot-fips")
        {
            Exceptions = new Dictionary<string, string> { ["cn-north-1"] = "data.ats.iot.cn-north-1.amazonaws.com.cn" },
            FipsExceptions = new[] { "ca-central-1", "us-east-1", "us-east-2", "us-west-1", "us-west-2", "us-gov-east-1", "us-gov-west-1" }
                .ToDictionary(region => region, region => $"data.iot-fips.{region}.amazonaws.com"),
        },
        Errors = new(
            error => new AmazonIotDataException(error),
            new("ConflictException", HttpStatusCode.Conflict, error => new ConflictException(error)),
            new("ForbiddenException", HttpStatusCode.Forbidden, error => new ForbiddenException(error)),
            new("GatewayTimeoutException", HttpStatusCode.GatewayTimeout, error => new GatewayTimeoutException(error)),
            new("InternalFailureException", HttpStatusCode.InternalServerError, error => new InternalFailureException(error)),
            new("InvalidRequestException", HttpStatusCode.BadRequest, error => new InvalidRequestException(error)),
            new("MethodNotAllowedException", HttpStatusCode.MethodNotAllowed, error => new MethodNotAllowedException(error)),
            new("RequestEntityTooLargeException", HttpStatusCode.RequestEntityTooLarge, error => new RequestEntityTooLargeException(error)),
            new("ResourceNotFoundException", HttpStatusCode.NotFound, error => new ResourceNotFoundException(error)),
            new("ServiceUnavailableException", HttpStatusCode.ServiceUnavailable, error => new ServiceUnavailableException(error)),
            new("ThrottlingException", HttpStatusCode.TooManyRequests, error => new ThrottlingException(error)),
            new("UnauthorizedException", HttpStatusCode.Unauthorized, error => new UnauthorizedException(error))),
    };

    /// <summary>Timeout 20 s: more than the 15 s that a direct message may wait for its receiver.</summary>
    public AmazonIotDataConfig()
        : base(Model, TimeSpan.FromSeconds(20))
    {
    }

    /// <summary>
    /// Gives the certificate, with its private key, that says who the client is. Asked for each new connection, from any thread, so that a renewed
    /// one is in use at most <see cref="AwsServiceConfig.ConnectionLifetime"/> after it is given. Default null: requests are signed.
    /// </summary>
    public Func<X509Certificate2>? ClientCertificate { get; set; }

    /// <summary>Certificates between the client's certificate and its root, without the root. Default none.</summary>
    public X509Certificate2Collection? ClientCertificateChain { get; set; }

    /// <summary>
    /// ALPN of connections with a client certificate; the server must choose it. Default <see cref="CertificateApplicationProtocol"/>, for port 443; null
    /// on AWS's port 8443.
    /// </summary>
    public string? ApplicationProtocol { get; set; } = CertificateApplicationProtocol;

    internal override ClientCertificate? Certificate =>
        ClientCertificate is { } source ? new(source, ClientCertificateChain, ApplicationProtocol) : null;
}
