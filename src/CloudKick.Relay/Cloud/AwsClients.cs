using System.Security.Cryptography.X509Certificates;
using Amazon;
using CloudKick.AwsIot;
using CloudKick.AwsIot.Control;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Cloud;

/// <summary>Makes clients of AWS's APIs, with what they have in common: region, credentials, trust, timeout. Thread safe.</summary>
internal sealed class AwsClients(IOptions<AwsOptions> options)
{
    private const string DefaultProfile = "default";

    private readonly AwsOptions _options = options.Value;
    private readonly Lazy<X509Certificate2Collection?> _roots = new(() => Read(options.Value.CaFile));

    /// <summary>Whether the relay may call AWS's APIs at all: <c>CloudKick:Aws:Region</c> is set.</summary>
    public bool IsConfigured => _options.Region is not null;

    private string Region => _options.Region ?? throw new InvalidOperationException($"{AwsOptions.Section}:{nameof(AwsOptions.Region)} is not set.");

    /// <summary>A client of the iot API. The caller disposes it.</summary>
    /// <exception cref="InvalidOperationException"><see cref="IsConfigured"/> is false.</exception>
    public IAmazonIoT CreateControl() => new AmazonIoTClient(Configure(new AmazonIoTConfig(), _options.ControlEndpoint));

    /// <summary>The authorities that may sign the endpoints' certificates; null: those that the system trusts.</summary>
    /// <exception cref="IOException">Their file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">Their file holds no certificates.</exception>
    public X509Certificate2Collection? Roots => _roots.Value;

    /// <summary>
    /// Sets up a client's configuration; made from it alone, the client finds its credentials by the SDK's chain. The caller may
    /// change it afterwards, e.g. <c>MaxErrorRetry</c>.
    /// </summary>
    /// <param name="config">A new configuration.</param>
    /// <param name="endpoint">As in the settings; null: AWS's own for the region.</param>
    /// <exception cref="InvalidOperationException"><see cref="IsConfigured"/> is false.</exception>
    /// <exception cref="IOException">The authorities' file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The authorities' file holds no certificates.</exception>
    public TConfig Configure<TConfig>(TConfig config, string? endpoint)
        where TConfig : AwsServiceConfig
    {
        // An address takes the place of the region's, and says nothing of the region that requests are signed for.
        if (endpoint is null)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
        else
            config.ServiceURL = AwsEndpoint.Parse(endpoint)!.GetLeftPart(UriPartial.Authority);
        config.AuthenticationRegion = Region;
        config.Timeout = _options.Timeout;
        config.MaxErrorRetry = _options.MaximumRetries;
        config.TrustedRoots = Roots;
        if (_options.Profile is not null || _options.CredentialsFile is not null)
            config.Profile = new Profile(_options.Profile ?? DefaultProfile, _options.CredentialsFile);
        return config;
    }

    private static X509Certificate2Collection? Read(string? caFile)
    {
        if (caFile is null)
            return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(caFile);
        return roots;
    }
}
