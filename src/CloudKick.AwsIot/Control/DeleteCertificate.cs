using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>
/// Deletes a certificate that is not active and has nothing attached (<c>DELETE /certificates/{certificateId}</c>). Needs
/// <c>iot:DeleteCertificate</c>.
/// </summary>
public sealed class DeleteCertificateRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<DeleteCertificateRequest, DeleteCertificateResponse> Operation = new(
        AmazonIoTConfig.Model, "DeleteCertificate", "DELETE", "/certificates/{certificateId}",
        new Input<DeleteCertificateRequest>()
            .Path("certificateId", r => r.CertificateId)
            .Query("forceDelete", r => r.ForceDelete),
        new());

    /// <summary>Required: 64 hexadecimal digits.</summary>
    public string? CertificateId { get; set; }

    /// <summary>Whether policies and things that are attached are no obstacle. Default false.</summary>
    public bool? ForceDelete { get; set; }
}

/// <summary>The certificate is no more.</summary>
public sealed class DeleteCertificateResponse : AmazonWebServiceResponse;
