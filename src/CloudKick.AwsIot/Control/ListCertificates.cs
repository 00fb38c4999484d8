using Amazon.Runtime;
using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>A page of the account's certificates, by when they were made (<c>GET /certificates</c>). Needs <c>iot:ListCertificates</c>.</summary>
public sealed class ListCertificatesRequest : AmazonWebServiceRequest
{
    internal static readonly Operation<ListCertificatesRequest, ListCertificatesResponse> Operation = new(
        AmazonIoTConfig.Model, "ListCertificates", "GET", "/certificates",
        new Input<ListCertificatesRequest>()
            .Query("pageSize", r => r.PageSize)
            .Query("marker", r => r.Marker)
            .Query("ascendingOrder", "isAscendingOrder", r => r.AscendingOrder),
        new Output<ListCertificatesResponse>()
            .List("certificates", Certificate.Output, (r, value) => r.Certificates = value)
            .String("nextMarker", (r, value) => r.NextMarker = value));

    /// <summary>Certificates on a page, 1 to 250; default 25.</summary>
    public int? PageSize { get; set; }

    /// <summary>From the page before; null: the first page.</summary>
    public string? Marker { get; set; }

    /// <summary>Whether the oldest come first. Default false: the newest do.</summary>
    public bool? AscendingOrder { get; set; }
}

/// <summary>A page of certificates.</summary>
public sealed class ListCertificatesResponse : AmazonWebServiceResponse
{
    /// <summary>What is said of each.</summary>
    public List<Certificate> Certificates { get; set; } = [];

    /// <summary>For the next page; null: there is none.</summary>
    public string? NextMarker { get; set; }
}

/// <summary>What a list says of a certificate.</summary>
public sealed class Certificate
{
    internal static readonly Output<Certificate> Output = new Output<Certificate>()
        .String("certificateArn", (c, value) => c.CertificateArn = value)
        .String("certificateId", (c, value) => c.CertificateId = value)
        .String("status", (c, value) => c.Status = new(value))
        .String("certificateMode", (c, value) => c.CertificateMode = value)
        .Timestamp("creationDate", (c, value) => c.CreationDate = value);

    /// <summary>The principal that policies and things are attached to.</summary>
    public string? CertificateArn { get; set; }

    /// <summary>64 hexadecimal digits.</summary>
    public string? CertificateId { get; set; }

    /// <summary>What it is good for.</summary>
    public CertificateStatus? Status { get; set; }

    /// <summary><c>DEFAULT</c>, or <c>SNI_ONLY</c>: registered without its authority.</summary>
    public string? CertificateMode { get; set; }

    /// <summary>Since when AWS knows it. UTC.</summary>
    public DateTime? CreationDate { get; set; }
}
