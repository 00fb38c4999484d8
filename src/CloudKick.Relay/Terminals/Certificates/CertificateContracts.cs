using System.ComponentModel.DataAnnotations;

namespace CloudKick.Relay.Terminals.Certificates;

/// <summary>A certificate to be made.</summary>
internal sealed record CertificatePost
{
    /// <summary>
    /// The signing request (PKCS #10, PEM) for a key pair that was made in the terminal or on the operator's machine, and whose private
    /// key stays there.
    /// </summary>
    [Required, StringLength(SigningRequest.MaximumLength)]
    public string? CertificateSigningRequest { get; init; }
}

/// <summary>A terminal's certificate.</summary>
internal record CertificateAnswer
{
    /// <summary>Its id in the cloud: 64 hexadecimal digits.</summary>
    public required string CertificateId { get; init; }

    /// <summary>Its ARN.</summary>
    public required string CertificateArn { get; init; }

    /// <summary>The cloud's word for its state: <c>ACTIVE</c>, <c>INACTIVE</c>, <c>REVOKED</c> …</summary>
    public required string Status { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTime? CreatedAt { get; init; }

    /// <summary>Until when it is valid.</summary>
    public required DateTime? ExpiresAt { get; init; }

    /// <summary>Whether the terminal last connected with it.</summary>
    public required bool LastUsed { get; init; }
}

/// <summary>A terminal's certificates.</summary>
/// <param name="TerminalId">The terminal.</param>
/// <param name="ClientId">Its thing's name in the cloud, to which they are attached, and its MQTT client id.</param>
/// <param name="Certificates">All that are attached, the oldest first.</param>
/// <param name="LastConnection">Its last connection; absent when the cloud has never told of one.</param>
internal sealed record CertificateListAnswer(
    string TerminalId, string ClientId, IReadOnlyList<CertificateAnswer> Certificates, LastConnectionAnswer? LastConnection);

/// <summary>A terminal's last connection.</summary>
/// <param name="CertificateId">The certificate that it was made with; absent when the cloud did not tell.</param>
/// <param name="Connected">Whether it still is.</param>
/// <param name="At">Since when, by the cloud's clock.</param>
internal sealed record LastConnectionAnswer(string? CertificateId, bool Connected, DateTime At);

/// <summary>A certificate with what its terminal needs to use it.</summary>
internal sealed record ProvisionedAnswer : CertificateAnswer
{
    /// <summary>The terminal.</summary>
    public required string TerminalId { get; init; }

    /// <summary>The client id that the terminal must connect with: its thing's name.</summary>
    public required string ClientId { get; init; }

    /// <summary>The certificate, PEM.</summary>
    public required string CertificatePem { get; init; }

    /// <summary>Where the terminal connects to.</summary>
    public required EndpointAnswer Endpoint { get; init; }

    /// <summary>The topic that it must subscribe to; absent when its settings make no valid one.</summary>
    public required string? Topic { get; init; }

    /// <summary>Where the parameters are that its management system needs.</summary>
    public required string ParametersUrl { get; init; }
}

/// <summary>The cloud's MQTT endpoint.</summary>
/// <param name="Host">Its name, also as TLS server name.</param>
/// <param name="Port">Its port.</param>
/// <param name="Alpn">The application protocol to ask for in TLS; empty: none.</param>
/// <param name="TrustedRoots">The authorities that sign its certificate, PEM; absent: public ones, see <c>TrustedRootsUrl</c>.</param>
/// <param name="TrustedRootsUrl">Where the public root is that signs it.</param>
internal sealed record EndpointAnswer(string Host, int Port, string Alpn, string? TrustedRoots, string? TrustedRootsUrl);
