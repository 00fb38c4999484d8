namespace CloudKick.LocalCloud;

/// <summary>Whether a certificate is good for connecting; only <see cref="Active"/> is.</summary>
internal enum CertificateStatus
{
    Active,
    Inactive,
    Revoked,

    /// <summary>Made by provisioning by claim, or registered by a first connection, and not yet put to use.</summary>
    PendingActivation,
}

internal static class CertificateStatuses
{
    private static readonly (CertificateStatus Status, string Name)[] All =
    [
        (CertificateStatus.Active, "ACTIVE"),
        (CertificateStatus.Inactive, "INACTIVE"),
        (CertificateStatus.Revoked, "REVOKED"),
        (CertificateStatus.PendingActivation, "PENDING_ACTIVATION"),
    ];

    /// <summary>AWS's word for it.</summary>
    public static string ToAws(this CertificateStatus status) => All.Single(entry => entry.Status == status).Name;

    /// <exception cref="RegistryException">It is no status, or one that LocalCloud's certificates never have (transfers between accounts).</exception>
    public static CertificateStatus Parse(string? name)
    {
        foreach (var entry in All)
            if (entry.Name == name) return entry.Status;
        throw new RegistryException(RegistryFault.InvalidRequest, $"Invalid certificate status: {name}");
    }
}
