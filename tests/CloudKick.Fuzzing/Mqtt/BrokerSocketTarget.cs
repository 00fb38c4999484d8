using System.Buffers;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using CloudKick.Fuzzing.Engine;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;

namespace CloudKick.Fuzzing.Mqtt;

/// <summary>
/// The same sessions over TLS with a whole LocalCloud. A bystander stays connected: whatever the others send, it is served. The cloud
/// lives through all inputs, so a fault may need those before it.
/// </summary>
internal sealed class BrokerSocketTarget : IFuzzTarget
{
    private const int InputsOfOne = 1000;
    private const int FixedAllocation = 4 * 1024 * 1024;
    private const int AllocationPerByte = 2_000;
    private const string ServerName = "localhost";

    // The machine may be busy with something else; who waits so long waits for something that does not come.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly byte[] BystanderConnects = [0x10, 0x16, 0x00, 0x04, (byte)'M', (byte)'Q', (byte)'T', (byte)'T', 4, 2, 0, 0, 0, 10, .. "bystander!"u8];
    private static readonly byte[] Ping = [0xC0, 0x00];

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cloudkick-fuzzing-");
    private readonly ErrorLog _errors = new();
    private readonly SslStream?[] _clients = new SslStream?[SessionScript.MostClients];
    private readonly ArrayBufferWriter<byte>[] _received = [new(), new(), new()];
    private LocalCloudServer? _cloud;
    private X509Certificate2? _certificate;
    private X509Certificate2? _root;
    private SslStream? _bystander;

    private BrokerSocketTarget()
    {
    }

    public static async Task<IFuzzTarget> StartAsync()
    {
        var target = new BrokerSocketTarget();
        try
        {
            await target.StartCloudAsync();
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    public string Name => "mqtt-sockets";

    public string Description => "the same over TLS with a whole LocalCloud, and a bystander who must not suffer";

    public int Cost => InputsOfOne;

    public void Generate(FuzzRandom random, FuzzInput input) => SessionScript.Generate(random, input);

    public bool Take(FuzzInput input)
    {
        foreach (var received in _received)
            received.ResetWrittenCount();
        foreach (var part in input.Parts)
            Play(part, input.Memory.Slice(part.Start, part.Length));
        for (var client = 0; client < _clients.Length; client++)
            Close(client);
        return _received.Any(received => received.WrittenCount > 0);
    }

    public void Check(FuzzInput input)
    {
        _errors.ThrowIfAny();
        _bystander!.Write(Ping);
        var pong = new byte[2];
        _bystander.ReadExactly(pong);
        FuzzFault.Unless(pong is [0xD0, 0x00], "The bystander gets something else than PINGRESP.");
    }

    public bool WorksOnOtherThreads => true;

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    public async ValueTask DisposeAsync()
    {
        if (_bystander is not null)
            await _bystander.DisposeAsync();
        if (_cloud is not null)
            await _cloud.DisposeAsync();
        _certificate?.Dispose();
        _root?.Dispose();
        _directory.Delete(recursive: true);
    }

    private async Task StartCloudAsync()
    {
        var options = new LocalCloudOptions { DataDirectory = _directory.FullName, Policies = LocalCloudPolicies.AllowEverything, Quotas = LocalCloudQuotas.None };
        _cloud = await LocalCloudServer.StartAsync(options, _errors);
        var device = Path.Combine(_directory.FullName, "device");
        _cloud.IssueDeviceCertificate("NL000101").WriteTo(device);
        _certificate = X509Certificate2.CreateFromPemFile(Path.Combine(device, DeviceCertificate.CertificateFile), Path.Combine(device, DeviceCertificate.PrivateKeyFile));
        _root = X509Certificate2.CreateFromPem(await File.ReadAllTextAsync(_cloud.CaFile));
        _bystander = Open();
        await _bystander.WriteAsync(BystanderConnects);
        await _bystander.ReadExactlyAsync(new byte[4]);
    }

    private void Play(FuzzPart part, ReadOnlyMemory<byte> bytes)
    {
        if (part.Tag == SessionScript.TimePasses)
            return;
        if (part.Tag >= SessionScript.Closes)
        {
            Close(part.Tag - SessionScript.Closes);
            return;
        }
        try
        {
            (_clients[part.Tag] ??= Open()).Write(bytes.Span);
        }
        catch (IOException)
        {
            // The broker has closed: it need not listen any more.
        }
    }

    /// <summary>Says that no more comes, and takes what the broker still says: it must end, too.</summary>
    private void Close(int number)
    {
        if (_clients[number] is not { } client)
            return;
        _clients[number] = null;
        var received = new ArrayBufferWriter<byte>();
        var torn = false;
        using (client)
        {
            try
            {
                // Everything here is the one thread's; SslStream has no other way to say that no more comes.
                client.ShutdownAsync().GetAwaiter().GetResult();
                for (var count = client.Read(received.GetSpan()); count > 0; count = client.Read(received.GetSpan()))
                    received.Advance(count);
            }
            catch (IOException exception)
            {
                FuzzFault.Unless(exception.InnerException is not SocketException { SocketErrorCode: SocketError.TimedOut or SocketError.WouldBlock }, "The broker does not close.");
                torn = true;
            }
        }
        _received[number].Write(received.WrittenSpan);
        BrokerOutput.Check(received.WrittenMemory, VersionOf(received.WrittenSpan), torn);
    }

    /// <summary>CONNACK of MQTT 3.1.1 is two bytes long, that of 5 is longer.</summary>
    private static MqttProtocolVersion VersionOf(ReadOnlySpan<byte> received) => received is [0x20, 0x02, ..] ? MqttProtocolVersion.V311 : MqttProtocolVersion.V5;

    private SslStream Open()
    {
        var patience = (int)Patience.TotalMilliseconds;
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, ReceiveTimeout = patience, SendTimeout = patience };
        socket.Connect(IPAddress.Loopback, _cloud!.Port);
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        stream.AuthenticateAsClient(new SslClientAuthenticationOptions
        {
            TargetHost = ServerName,
            ApplicationProtocols = [new SslApplicationProtocol("x-amzn-mqtt-ca")],
            ClientCertificates = [_certificate!],
            CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, CustomTrustStore = { _root! }, RevocationMode = X509RevocationMode.NoCheck },
        });
        return stream;
    }
}
