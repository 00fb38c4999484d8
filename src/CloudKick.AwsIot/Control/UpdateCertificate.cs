using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>Changes what a certificate is good for (<c>PUT /certificates/{certificateId}</c>). Needs <c>iot:UpdateCertificate</c>.</summary>
public sealed class UpdateCertificateRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<UpdateCertificateRequest, UpdateCertificateResponse> Operation = new(
        AmazonIoTConfig.Model, "UpdateCertificate", "PUT", "/certificates/{certificateId}",
        new Input<UpdateCertificateRequest>()
            .Path("certificateId", r => r.CertificateId)
            .Query("newStatus", r => r.NewStatus),
        new());

    /// <summary>Required: 64 hexadecimal digits.</summary>
    public string? CertificateId { get; set; }

    /// <summary>Required: <see cref="CertificateStatus.ACTIVE"/>, <see cref="CertificateStatus.INACTIVE"/> or <see cref="CertificateStatus.REVOKED"/>.</summary>
    public CertificateStatus? NewStatus { get; set; }
}

/// <summary>The certificate has the new status.</summary>
public sealed class UpdateCertificateResponse : AmazonWebServiceResponse;
