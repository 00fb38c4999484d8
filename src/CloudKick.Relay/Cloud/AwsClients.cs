using System.Security.Cryptography.X509Certificates;
using Amazon;
using Amazon.Runtime;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Cloud;

/// <summary>What all clients of AWS's APIs have in common: region, credentials, trust, timeout. Thread safe.</summary>
internal sealed class AwsClients(IOptions<AwsOptions> options) : IDisposable
{
    private const string DefaultProfile = "default";

    private readonly AwsOptions _options = options.Value;
    private readonly Lazy<AwsHttpClients?> _http = new(() => Http(options.Value));

    /// <summary>Whether the relay may call AWS's APIs at all: <c>CloudKick:Aws:Region</c> is set.</summary>
    public bool IsConfigured => _options.Region is not null;

    /// <summary>The region. Only where <see cref="IsConfigured"/>.</summary>
    public string Region => _options.Region ?? throw new InvalidOperationException($"{AwsOptions.Section}:{nameof(AwsOptions.Region)} is not set.");

    /// <summary>
    /// Sets up a client's configuration; made from it alone, the client finds its credentials by the SDK's chain. The caller may
    /// change it afterwards, e.g. <see cref="ClientConfig.MaxErrorRetry"/>.
    /// </summary>
    /// <param name="config">A new configuration.</param>
    /// <param name="endpoint">As in the settings; null: AWS's own for the region.</param>
    /// <exception cref="InvalidOperationException"><see cref="IsConfigured"/> is false.</exception>
    /// <exception cref="IOException">The authorities' file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The authorities' file holds no certificates.</exception>
    public TConfig Configure<TConfig>(TConfig config, string? endpoint)
        where TConfig : ClientConfig
    {
        // An address takes the place of the region's, and says nothing of the region that requests are signed for.
        if (endpoint is null)
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(Region);
        else
            config.ServiceURL = AwsEndpoint.Parse(endpoint)!.GetLeftPart(UriPartial.Authority);
        config.AuthenticationRegion = Region;
        config.Timeout = _options.Timeout;
        config.MaxErrorRetry = _options.MaximumRetries;
        if (_options.Profile is not null || _options.CredentialsFile is not null)
            config.Profile = new Profile(_options.Profile ?? DefaultProfile, _options.CredentialsFile);
        if (_http.Value is { } http)
            config.HttpClientFactory = http;
        return config;
    }

    public void Dispose()
    {
        if (_http.IsValueCreated)
            _http.Value?.Dispose();
    }

    private static AwsHttpClients? Http(AwsOptions options)
    {
        if (options.CaFile is null)
            return null;
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(options.CaFile);
        return new AwsHttpClients(roots, options.Timeout);
    }
}
