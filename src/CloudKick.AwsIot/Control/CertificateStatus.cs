using Amazon.Runtime;

namespace CloudKick.AwsIot.Control;

/// <summary>What a certificate is good for.</summary>
public sealed class CertificateStatus : ConstantClass
{
    /// <summary>Its holder may connect.</summary>
    public static readonly CertificateStatus ACTIVE = new("ACTIVE");

    /// <summary>Its holder may not connect; can be made active again.</summary>
    public static readonly CertificateStatus INACTIVE = new("INACTIVE");

    /// <summary>Its holder may not connect.</summary>
    public static readonly CertificateStatus REVOKED = new("REVOKED");

    /// <summary>On its way to another account.</summary>
    public static readonly CertificateStatus PENDING_TRANSFER = new("PENDING_TRANSFER");

    /// <summary>Just in time registration: seen, waiting to be made active.</summary>
    public static readonly CertificateStatus PENDING_ACTIVATION = new("PENDING_ACTIVATION");

    /// <summary>For a value that is not listed here.</summary>
    public CertificateStatus(string value)
        : base(value)
    {
    }
}
