using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>
/// Has AWS make an RSA key pair and its certificate (<c>POST /keys-and-certificate</c>). The private key is told this once. Needs
/// <c>iot:CreateKeysAndCertificate</c>.
/// </summary>
public sealed class CreateKeysAndCertificateRequest : AmazonWebServiceRequest, IUnrepeatable
{
    internal static readonly Operation<CreateKeysAndCertificateRequest, CreateKeysAndCertificateResponse> Operation = new(
        AmazonIoTConfig.Model, "CreateKeysAndCertificate", "POST", "/keys-and-certificate",
        new Input<CreateKeysAndCertificateRequest>()
            .Query("setAsActive", r => r.SetAsActive),
        new Output<CreateKeysAndCertificateResponse>()
            .String("certificateArn", (r, value) => r.CertificateArn = value)
            .String("certificateId", (r, value) => r.CertificateId = value)
            .String("certificatePem", (r, value) => r.CertificatePem = value)
            .Structure("keyPair", KeyPair.Output, (r, value) => r.KeyPair = value));

    /// <summary>Whether it may be used at once. Default false.</summary>
    public bool? SetAsActive { get; set; }
}

/// <summary>A certificate and its key.</summary>
public sealed class CreateKeysAndCertificateResponse : AmazonWebServiceResponse
{
    /// <summary>The principal that policies and things are attached to.</summary>
    public string? CertificateArn { get; set; }

    /// <summary>64 hexadecimal digits.</summary>
    public string? CertificateId { get; set; }

    /// <summary>PEM.</summary>
    public string? CertificatePem { get; set; }

    /// <summary>Its keys.</summary>
    public KeyPair? KeyPair { get; set; }
}

/// <summary>A key pair. Secret: never logged or stored here.</summary>
public sealed class KeyPair
{
    internal static readonly Output<KeyPair> Output = new Output<KeyPair>()
        .String("PublicKey", (p, value) => p.PublicKey = value)
        .String("PrivateKey", (p, value) => p.PrivateKey = value);

    /// <summary>PEM.</summary>
    public string? PublicKey { get; set; }

    /// <summary>PEM.</summary>
    public string? PrivateKey { get; set; }
}
