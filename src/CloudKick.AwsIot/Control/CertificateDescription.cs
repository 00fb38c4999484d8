using CloudKick.AwsIot.Protocol;

namespace CloudKick.AwsIot.Control;

/// <summary>What AWS knows of a certificate. Times are UTC.</summary>
public sealed class CertificateDescription
{
    internal static readonly Output<CertificateDescription> Output = new Output<CertificateDescription>()
        .String("certificateArn", (c, value) => c.CertificateArn = value)
        .String("certificateId", (c, value) => c.CertificateId = value)
        .String("caCertificateId", (c, value) => c.CaCertificateId = value)
        .String("status", (c, value) => c.Status = new(value))
        .String("certificatePem", (c, value) => c.CertificatePem = value)
        .String("ownedBy", (c, value) => c.OwnedBy = value)
        .String("previousOwnedBy", (c, value) => c.PreviousOwnedBy = value)
        .Timestamp("creationDate", (c, value) => c.CreationDate = value)
        .Timestamp("lastModifiedDate", (c, value) => c.LastModifiedDate = value)
        .Integer("customerVersion", (c, value) => c.CustomerVersion = value)
        .Structure("transferData", TransferData.Output, (c, value) => c.TransferData = value)
        .String("generationId", (c, value) => c.GenerationId = value)
        .Structure("validity", CertificateValidity.Output, (c, value) => c.Validity = value)
        .String("certificateMode", (c, value) => c.CertificateMode = value);

    /// <summary>The principal that policies and things are attached to.</summary>
    public string? CertificateArn { get; set; }

    /// <summary>64 hexadecimal digits.</summary>
    public string? CertificateId { get; set; }

    /// <summary>The registered authority that issued it; null: AWS's own, or none.</summary>
    public string? CaCertificateId { get; set; }

    /// <summary>What it is good for.</summary>
    public CertificateStatus? Status { get; set; }

    /// <summary>PEM.</summary>
    public string? CertificatePem { get; set; }

    /// <summary>The account.</summary>
    public string? OwnedBy { get; set; }

    /// <summary>The account that it came from.</summary>
    public string? PreviousOwnedBy { get; set; }

    /// <summary>Since when AWS knows it.</summary>
    public DateTime? CreationDate { get; set; }

    /// <summary>When its description last changed.</summary>
    public DateTime? LastModifiedDate { get; set; }

    /// <summary>Rises with each change.</summary>
    public int? CustomerVersion { get; set; }

    /// <summary>If it goes, or went, to another account.</summary>
    public TransferData? TransferData { get; set; }

    /// <summary>Of this registration.</summary>
    public string? GenerationId { get; set; }

    /// <summary>When the certificate itself is valid.</summary>
    public CertificateValidity? Validity { get; set; }

    /// <summary><c>DEFAULT</c>, or <c>SNI_ONLY</c>: registered without its authority.</summary>
    public string? CertificateMode { get; set; }
}

/// <summary>When a certificate is valid. UTC.</summary>
public sealed class CertificateValidity
{
    internal static readonly Output<CertificateValidity> Output = new Output<CertificateValidity>()
        .Timestamp("notBefore", (v, value) => v.NotBefore = value)
        .Timestamp("notAfter", (v, value) => v.NotAfter = value);

    /// <summary>From.</summary>
    public DateTime? NotBefore { get; set; }

    /// <summary>Until.</summary>
    public DateTime? NotAfter { get; set; }
}

/// <summary>A certificate's way from one account to another. Times are UTC.</summary>
public sealed class TransferData
{
    internal static readonly Output<TransferData> Output = new Output<TransferData>()
        .String("transferMessage", (t, value) => t.TransferMessage = value)
        .String("rejectReason", (t, value) => t.RejectReason = value)
        .Timestamp("transferDate", (t, value) => t.TransferDate = value)
        .Timestamp("acceptDate", (t, value) => t.AcceptDate = value)
        .Timestamp("rejectDate", (t, value) => t.RejectDate = value);

    /// <summary>What the sender said.</summary>
    public string? TransferMessage { get; set; }

    /// <summary>Why it was not taken.</summary>
    public string? RejectReason { get; set; }

    /// <summary>When it was sent.</summary>
    public DateTime? TransferDate { get; set; }

    /// <summary>When it was taken.</summary>
    public DateTime? AcceptDate { get; set; }

    /// <summary>When it was refused.</summary>
    public DateTime? RejectDate { get; set; }
}
