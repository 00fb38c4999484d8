using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;
using CloudKick.Testing;

namespace CloudKick.LocalCloud.Tests;

/// <summary>A LocalCloud on a free port with a directory of its own, and clients for it.</summary>
internal sealed class TestCloud : IAsyncDisposable
{
    private readonly List<RawClient> _clients = [];
    private readonly DirectoryInfo _directory;

    private TestCloud(DirectoryInfo directory, LocalCloudServer server, ManualTimeProvider time)
    {
        _directory = directory;
        Server = server;
        Time = time;
    }

    public LocalCloudServer Server { get; }

    public LocalCloudControl Control => Server.Control;

    /// <summary>The broker's clock: it moves only when a test says so.</summary>
    public ManualTimeProvider Time { get; }

    public static async Task<TestCloud> StartAsync(
        BrokerLimits? limits = null, bool requireServerName = true, Func<LocalCloudOptions, LocalCloudOptions>? configure = null)
    {
        var directory = Directory.CreateTempSubdirectory("localcloud-");
        var time = new ManualTimeProvider();
        var options = new LocalCloudOptions
        {
            Port = 0,
            DataDirectory = directory.FullName,
            Limits = limits ?? new BrokerLimits(),
            RequireServerNameIndication = requireServerName,
            Quotas = LocalCloudQuotas.None,
        };
        return new TestCloud(directory, await LocalCloudServer.StartAsync(configure?.Invoke(options) ?? options, timeProvider: time), time);
    }

    /// <summary>A client after the TLS handshake and before CONNECT.</summary>
    public Task<RawClient> OpenAsync(string thingName, CancellationToken cancellationToken) =>
        OpenAsync(Server.IssueDeviceCertificate(thingName), cancellationToken);

    public async Task<RawClient> OpenAsync(DeviceCertificate certificate, CancellationToken cancellationToken)
    {
        var client = await RawClient.OpenAsync(Server, certificate, cancellationToken);
        _clients.Add(client);
        return client;
    }

    /// <summary>A connected client. The relay's certificate for <c>relay-…</c>, a terminal's for any other client id.</summary>
    public async Task<RawClient> ConnectAsync(
        string clientId, CancellationToken cancellationToken, MqttProtocolVersion version = MqttProtocolVersion.V5, Func<ConnectPacket, ConnectPacket>? configure = null)
    {
        var client = await OpenAsync(ThingOf(clientId), cancellationToken);
        var connect = new ConnectPacket { Version = version, ClientIdentifier = clientId, KeepAlive = 60 };
        var answer = await client.ConnectAsync(configure?.Invoke(connect) ?? connect, cancellationToken);
        Assert.That(answer.ReasonCode, Is.EqualTo(MqttReasonCode.Success));
        return client;
    }

    /// <summary>A CONNECT that is refused, or accepted, as the caller will see.</summary>
    public async Task<(RawClient Client, ConnAckPacket Answer)> TryConnectAsync(ConnectPacket connect, CancellationToken cancellationToken)
    {
        var client = await OpenAsync(ThingOf(connect.ClientIdentifier), cancellationToken);
        return (client, await client.ConnectAsync(connect, cancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients) await client.DisposeAsync();
        await Server.DisposeAsync();
        _directory.Delete(recursive: true);
    }

    private static string ThingOf(string clientId) =>
        clientId.StartsWith("relay-", StringComparison.Ordinal) ? "relay" : ThingName.IsValid(clientId) ? clientId : "NL000123";
}
