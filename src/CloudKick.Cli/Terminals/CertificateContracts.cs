namespace CloudKick.Cli.Terminals;

/// <summary>What the API says of a terminal's certificate.</summary>
internal record CertificateView
{
    public required string CertificateId { get; init; }

    public required string CertificateArn { get; init; }

    /// <summary>The cloud's word: <c>ACTIVE</c>, <c>INACTIVE</c>, <c>REVOKED</c> …</summary>
    public required string Status { get; init; }

    public DateTimeOffset? CreatedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Whether the terminal last connected with it.</summary>
    public bool LastUsed { get; init; }

    public bool IsActive() => Status == "ACTIVE";

    public bool IsRevoked() => Status == "REVOKED";
}

/// <summary>A terminal's certificates, the oldest first.</summary>
internal sealed record CertificateListView(string TerminalId, string ClientId, IReadOnlyList<CertificateView> Certificates, LastConnectionView? LastConnection);

/// <summary>A terminal's last connection, as the cloud told of it.</summary>
internal sealed record LastConnectionView(string? CertificateId, bool Connected, DateTimeOffset At);

/// <summary>A certificate with what its terminal needs to use it.</summary>
internal sealed record ProvisionedView : CertificateView
{
    public required string TerminalId { get; init; }

    public required string ClientId { get; init; }

    public required string CertificatePem { get; init; }

    public required EndpointView Endpoint { get; init; }

    public string? Topic { get; init; }

    public required string ParametersUrl { get; init; }
}

/// <summary>The cloud's MQTT endpoint; its trusted roots are PEM, or public ones when there are none.</summary>
internal sealed record EndpointView(string Host, int Port, string Alpn, string? TrustedRoots, string? TrustedRootsUrl);
