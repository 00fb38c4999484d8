using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>What AWS knows of a certificate (<c>GET /certificates/{certificateId}</c>). Needs <c>iot:DescribeCertificate</c>.</summary>
public sealed class DescribeCertificateRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DescribeCertificateRequest, DescribeCertificateResponse> Operation = new(
        AmazonIoTConfig.Model, "DescribeCertificate", "GET", "/certificates/{certificateId}",
        new Input<DescribeCertificateRequest>()
            .Path("certificateId", r => r.CertificateId),
        new Output<DescribeCertificateResponse>()
            .Structure("certificateDescription", CertificateDescription.Output, (r, value) => r.CertificateDescription = value));

    /// <summary>Required: 64 hexadecimal digits.</summary>
    public string? CertificateId { get; set; }
}

/// <summary>A certificate.</summary>
public sealed class DescribeCertificateResponse : AmazonWebServiceResponse
{
    /// <summary>What AWS knows of it.</summary>
    public CertificateDescription? CertificateDescription { get; set; }
}
