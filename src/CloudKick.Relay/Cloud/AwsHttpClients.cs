using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Amazon.Runtime;

namespace CloudKick.Relay.Cloud;

/// <summary>The SDK's HTTP over connections that trust given authorities alone. One client is all clients'. Thread safe.</summary>
internal sealed class AwsHttpClients(X509Certificate2Collection roots, TimeSpan timeout) : HttpClientFactory, IDisposable
{
    // Often enough to follow an endpoint whose addresses change.
    private static readonly TimeSpan ConnectionLifetime = TimeSpan.FromMinutes(5);

    private readonly HttpClient _client = new(Handler(roots, timeout)) { Timeout = timeout };

    public override HttpClient CreateHttpClient(IClientConfig clientConfig) => _client;

    public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

    public override bool DisposeHttpClientsAfterUse(IClientConfig clientConfig) => false;

    public void Dispose() => _client.Dispose();

    private static SocketsHttpHandler Handler(X509Certificate2Collection roots, TimeSpan timeout)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots);
        return new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectTimeout = timeout,
            PooledConnectionLifetime = ConnectionLifetime,
            SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy },
        };
    }
}
