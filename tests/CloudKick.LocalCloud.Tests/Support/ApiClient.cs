using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace CloudKick.LocalCloud.Tests;

/// <summary>Calls LocalCloud's HTTPS APIs, with a device's certificate or signed by an identity.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly LocalCloudServer _server;
    private readonly TimeProvider _timeProvider;
    private readonly CloudIdentity? _identity;

    private ApiClient(LocalCloudServer server, TimeProvider timeProvider, DeviceCertificate? certificate, CloudIdentity? identity, string? alpn)
    {
        _server = server;
        _timeProvider = timeProvider;
        _identity = identity;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(server.CaFile));
        var handler = new SocketsHttpHandler
        {
            SslOptions = new SslClientAuthenticationOptions
            {
                CertificateChainPolicy = policy,
                ClientCertificates = certificate is null ? null : [certificate.ToX509Certificate()],
                ApplicationProtocols = alpn is null ? null : [new SslApplicationProtocol(alpn)],
            },
        };
        _http = new HttpClient(handler) { BaseAddress = new Uri($"https://localhost:{server.Port}") };
    }

    /// <summary>The service's signing name.</summary>
    public string Service { get; set; } = "iotdata";

    public string Region { get; set; } = "eu-central-1";

    public static ApiClient WithCertificate(TestCloud cloud, string thingName, string? alpn = "x-amzn-http-ca") =>
        new(cloud.Server, cloud.Time, cloud.Server.IssueDeviceCertificate(thingName), null, alpn);

    public static ApiClient Anonymous(TestCloud cloud) => new(cloud.Server, cloud.Time, null, null, null);

    /// <summary>Signed by the operator of LocalCloud's credentials file, or by somebody else.</summary>
    public static ApiClient Signed(TestCloud cloud, CloudIdentity? identity = null) =>
        new(cloud.Server, cloud.Time, null, identity ?? Operator(cloud.Server), null);

    public static CloudIdentity Operator(LocalCloudServer server) =>
        CloudCredentials.Open(Path.GetDirectoryName(server.CredentialsFile)!).Identity(CloudCredentials.OperatorProfile, "operator", null);

    /// <summary>The query of an address that is good for a minute.</summary>
    public static string Presign(LocalCloudServer server, TimeProvider timeProvider, CloudIdentity identity, string path, string service)
    {
        var now = timeProvider.GetUtcNow();
        string date = now.ToString(SignatureV4.DateFormat, CultureInfo.InvariantCulture);
        var scope = new CredentialScope(date[..8], "eu-central-1", service);
        string query = $"X-Amz-Algorithm={SignatureV4.Algorithm}&X-Amz-Credential={Uri.EscapeDataString($"{identity.AccessKeyId}/{scope}")}"
            + $"&X-Amz-Date={date}&X-Amz-Expires=60&X-Amz-SignedHeaders=host";
        var request = new SignedRequest("GET", path, query, name => name == "host" ? $"localhost:{server.Port}" : null, default);
        var claim = new SignatureClaim(identity.AccessKeyId, scope, date, now, ["host"], "", null, IsPresigned: true, null);
        return $"{query}&X-Amz-Signature={Convert.ToHexStringLower(SignatureV4.Sign(request, claim, identity.SecretAccessKey))}";
    }

    public Task<ApiReply> GetAsync(string target, CancellationToken cancellationToken) =>
        SendAsync(HttpMethod.Get, target, [], cancellationToken);

    public Task<ApiReply> PostAsync(string target, byte[] body, CancellationToken cancellationToken, params (string Name, string Value)[] headers) =>
        SendAsync(HttpMethod.Post, target, body, cancellationToken, headers);

    public async Task<ApiReply> SendAsync(
        HttpMethod method, string target, byte[] body, CancellationToken cancellationToken, params (string Name, string Value)[] headers)
    {
        using var message = new HttpRequestMessage(method, new Uri($"https://localhost:{_server.Port}{target}", new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }))
        {
            Content = body.Length > 0 ? new ByteArrayContent(body) : null,
        };
        foreach (var (name, value) in headers) message.Headers.TryAddWithoutValidation(name, value);
        if (_identity is not null) Sign(message, target, body, _identity);

        using var response = await _http.SendAsync(message, cancellationToken);
        byte[] answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return new ApiReply(
            response.StatusCode,
            answer.Length == 0 ? null : JsonDocument.Parse(answer).RootElement,
            response.Content.Headers.ContentType?.ToString(),
            response.Headers.TryGetValues("x-amzn-ErrorType", out var types) ? types.Single() : null,
            response.Headers.GetValues("x-amzn-RequestId").Single());
    }

    public void Dispose() => _http.Dispose();

    private void Sign(HttpRequestMessage message, string target, byte[] body, CloudIdentity identity)
    {
        var now = _timeProvider.GetUtcNow();
        string date = now.ToString(SignatureV4.DateFormat, CultureInfo.InvariantCulture);
        var headers = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = $"localhost:{_server.Port}",
            ["x-amz-date"] = date,
        };
        if (identity.SessionToken is { } token) headers["x-amz-security-token"] = token;
        string[] parts = target.Split('?', 2);
        var request = new SignedRequest(
            message.Method.Method, parts[0], parts.ElementAtOrDefault(1) ?? "", name => headers.GetValueOrDefault(name.ToLowerInvariant()), body);
        var claim = new SignatureClaim(
            identity.AccessKeyId, new CredentialScope(date[..8], Region, Service), date, now, [.. headers.Keys], "", identity.SessionToken, IsPresigned: false, Expires: null);
        string signature = Convert.ToHexStringLower(SignatureV4.Sign(request, claim, identity.SecretAccessKey));

        foreach (var (name, value) in headers.Where(header => header.Key != "host")) message.Headers.TryAddWithoutValidation(name, value);
        message.Headers.TryAddWithoutValidation(
            "Authorization", $"{SignatureV4.Algorithm} Credential={identity.AccessKeyId}/{claim.Scope}, SignedHeaders={string.Join(';', headers.Keys)}, Signature={signature}");
    }
}

/// <summary>An answer of the HTTPS APIs.</summary>
internal sealed record ApiReply(HttpStatusCode Status, JsonElement? Body, string? ContentType, string? ErrorType, string RequestId)
{
    public string? Text(string property) => Body?.GetProperty(property).GetString();
}
