using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>
/// Has AWS issue a certificate for a key that it never sees (<c>POST /certificates</c>). Each call makes another. Needs
/// <c>iot:CreateCertificateFromCsr</c>.
/// </summary>
public sealed class CreateCertificateFromCsrRequest : AmazonWebServiceRequest, IUnrepeatable
{
    internal static readonly Operation<CreateCertificateFromCsrRequest, CreateCertificateFromCsrResponse> Operation = new(
        AmazonIoTConfig.Model, "CreateCertificateFromCsr", "POST", "/certificates",
        new Input<CreateCertificateFromCsrRequest>()
            .Body("certificateSigningRequest", r => r.CertificateSigningRequest)
            .Query("setAsActive", r => r.SetAsActive),
        new Output<CreateCertificateFromCsrResponse>()
            .String("certificateArn", (r, value) => r.CertificateArn = value)
            .String("certificateId", (r, value) => r.CertificateId = value)
            .String("certificatePem", (r, value) => r.CertificatePem = value));

    /// <summary>Required: PEM; RSA of 2048 bits or more, or ECDSA P-256, P-384 or P-521.</summary>
    public string? CertificateSigningRequest { get; set; }

    /// <summary>Whether it may be used at once. Default false.</summary>
    public bool? SetAsActive { get; set; }
}

/// <summary>A certificate.</summary>
public sealed class CreateCertificateFromCsrResponse : AmazonWebServiceResponse
{
    /// <summary>The principal that policies and things are attached to.</summary>
    public string? CertificateArn { get; set; }

    /// <summary>64 hexadecimal digits.</summary>
    public string? CertificateId { get; set; }

    /// <summary>PEM.</summary>
    public string? CertificatePem { get; set; }
}
