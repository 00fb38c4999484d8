using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using CloudKick.Fuzzing.Engine;
using CloudKick.LocalCloud;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Microsoft.Extensions.Logging;

namespace CloudKick.Fuzzing.Relay;

/// <summary>
/// A whole relay with its database, over sockets: requests to every call, bytes and all. No answer may say that the relay failed, none
/// may be an error without a problem document, and nothing may be logged as an error. The relay lives through all inputs, so a fault
/// may need those before it.
/// </summary>
internal sealed class HttpTarget : IFuzzTarget
{
    private const int InputsOfOne = 1000;
    private const int AnyAllocation = 64 * 1024 * 1024;
    private const int Patience = 4_000;
    private static readonly byte[] HeadersEnd = "\r\n\r\n"u8.ToArray();

    private readonly Mutator _mutator = new(
        "\r\n"u8.ToArray(), "Transfer-Encoding: chunked\r\n"u8.ToArray(), "Content-Length: 99999999999\r\n"u8.ToArray(), "%00"u8.ToArray(), ": "u8.ToArray(), "\0"u8.ToArray(), "HTTP/1.0"u8.ToArray(), "?"u8.ToArray());

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cloudkick-fuzzing-");
    private readonly ErrorLog _errors = new();
    private readonly RelayParts _parts = new();
    private readonly LocalCloudServer _cloud;
    private readonly TestDatabase _database;
    private readonly RelayHost _relay;
    private readonly HttpGrammar _grammar;
    private readonly ArrayBufferWriter<byte> _answer = new();

    public HttpTarget()
    {
        (_cloud, _database, _relay, _grammar) = StartAsync().GetAwaiter().GetResult();
    }

    public string Name => "http";

    public string Description => "a whole relay with its database over sockets: every call of the API";

    public int Cost => InputsOfOne;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        _grammar.Write(random, input);
        if (random.OneIn(4))
            _mutator.Mutate(input, random);
    }

    public bool Take(FuzzInput input)
    {
        _answer.ResetWrittenCount();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = Patience };
        socket.Connect(IPAddress.Loopback, _relay.Address.Port);
        try
        {
            socket.Send(input.Bytes);
            Receive(socket);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown)
        {
            // What is no HTTP may be cut off.
        }
        return Status(_answer.WrittenSpan) is >= 200 and < 300;
    }

    public void Check(FuzzInput input)
    {
        _errors.ThrowIfAny();
        var answer = _answer.WrittenSpan;
        if (answer.IsEmpty || Status(answer) is not (>= 400 and var status))
            return;
        var end = answer.IndexOf(HeadersEnd);
        FuzzFault.Unless(end >= 0, "An answer without an end of its headers.");
        var head = Encoding.Latin1.GetString(answer[..end]);
        var body = answer[(end + HeadersEnd.Length)..];
        // 505 is the client's fault: it asks for a version of HTTP that there is not.
        FuzzFault.Unless(status is < 500 or (int)HttpStatusCode.HttpVersionNotSupported, $"The relay fails:\n{head}\n{Encoding.UTF8.GetString(body)}");
    }

    // The relay works on other threads; what this one allocates is the client's.
    public long AllocationLimit(int length) => AnyAllocation;

    public void Dispose()
    {
        _relay.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _cloud.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _directory.Delete(recursive: true);
        _parts.Dispose();
    }

    private async Task<(LocalCloudServer Cloud, TestDatabase Database, RelayHost Relay, HttpGrammar Grammar)> StartAsync()
    {
        var cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { DataDirectory = _directory.FullName, Quotas = LocalCloudQuotas.None });
        var database = await TestDatabase.CreateAsync();
        var relay = await RelayHost.StartAsync(database, new RelayHostOptions
        {
            Cloud = cloud,
            Settings = new Dictionary<string, string?>
            {
                ["CloudKick:RateLimits:Key:PerMinute"] = "1000000",
                ["CloudKick:RateLimits:Key:Burst"] = "100000",
                ["CloudKick:RateLimits:Terminal:PerMinute"] = "1000000",
                ["CloudKick:RateLimits:Terminal:Burst"] = "100000",
                ["CloudKick:RateLimits:UnknownKeys:PerMinute"] = "1000000",
                ["CloudKick:RateLimits:UnknownKeys:Burst"] = "100000",
                ["Logging:LogLevel:Default"] = "Error",
            },
            // Of all that it logs, only errors are of interest, and there are millions of other lines.
            Configure = builder => builder.Logging.ClearProviders().AddProvider(_errors),
        });
        var merchant = await relay.AddMerchantAsync();
        var merchantKey = await relay.CreateKeyAsync(merchant, [.. Scopes.OfMerchants]);
        var adminKey = await relay.CreateKeyAsync(null, Scopes.PlatformAdmin);
        using var client = new HttpClient { BaseAddress = relay.Address };
        var openApi = JsonNode.Parse(await client.GetStringAsync(new Uri("swagger/v1/swagger.json", UriKind.Relative)))!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await Eventually.BecomesAsync(async () => (await client.GetAsync(new Uri("health/ready", UriKind.Relative), deadline.Token)).IsSuccessStatusCode, true, deadline.Token);
        _errors.Forget();
        return (cloud, database, relay, new HttpGrammar(openApi, RequestBodies.All(_parts), merchantKey.Token, adminKey.Token));
    }

    /// <summary>Takes the answer until the relay closes; a request that goes on for the relay ends when it need not any more.</summary>
    private void Receive(Socket socket)
    {
        var patience = 500;
        while (true)
        {
            if (!socket.Poll(TimeSpan.FromMilliseconds(patience), SelectMode.SelectRead))
            {
                FuzzFault.Unless(patience != Patience, "The client is done and the relay does not close.");
                socket.Shutdown(SocketShutdown.Send);
                patience = Patience;
                continue;
            }
            var count = socket.Receive(_answer.GetSpan());
            if (count == 0)
                return;
            _answer.Advance(count);
        }
    }

    private static int? Status(ReadOnlySpan<byte> answer) =>
        answer.StartsWith("HTTP/1.1 "u8) && answer.Length >= 12 && int.TryParse(answer.Slice(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;
}
