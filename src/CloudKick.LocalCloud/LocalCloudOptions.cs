using System.Net;

namespace CloudKick.LocalCloud;

/// <summary>How LocalCloud runs.</summary>
public sealed record LocalCloudOptions
{
    /// <summary>Address to listen on. Default: 127.0.0.1.</summary>
    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>TCP port; 0 takes a free one, which <see cref="LocalCloudServer.Port"/> tells. Default: 8443.</summary>
    public int Port { get; init; } = 8443;

    /// <summary>
    /// Directory of the certificate authority and LocalCloud's own certificate; created with mode 0700 on first start.
    /// Another process may issue device certificates from it with <see cref="CertificateAuthority.Open"/>.
    /// </summary>
    public required string DataDirectory { get; init; }

    /// <summary>Refuse TLS clients that send no server name, as AWS does. Default: true.</summary>
    public bool RequireServerNameIndication { get; init; } = true;

    /// <summary>The AWS region that resource names and signatures are for. Default: eu-central-1.</summary>
    public string Region { get; init; } = "eu-central-1";

    /// <summary>The AWS account in resource names, 12 digits. Default: 000000000000.</summary>
    public string AccountId { get; init; } = "000000000000";

    /// <summary>
    /// How long a change of policies, attachments, things and certificate states takes at most to act. AWS takes minutes.
    /// Default: 0, at once.
    /// </summary>
    public TimeSpan PolicyDelay { get; init; } = TimeSpan.Zero;

    /// <summary>
    /// Who may sign requests, besides LocalCloud's own two of <see cref="LocalCloudServer.CredentialsFile"/>. Default: nobody.
    /// </summary>
    public IReadOnlyList<CloudIdentity> Identities { get; init; } = [];

    /// <summary>The policies of certificates that LocalCloud registers by itself. Default: those that Terraform renders.</summary>
    public LocalCloudPolicies Policies { get; init; } = new();

    /// <summary>Rates that are enforced. Default: AWS IoT Core's. Tests that go beyond them on purpose choose <see cref="LocalCloudQuotas.None"/>.</summary>
    public LocalCloudQuotas Quotas { get; init; } = LocalCloudQuotas.Aws;

    /// <summary>What the broker allows. Default: what AWS IoT Core allows.</summary>
    public BrokerLimits Limits { get; init; } = new();
}
