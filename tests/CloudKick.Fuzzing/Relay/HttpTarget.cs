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
using Microsoft.AspNetCore.Http;
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
    private const int FixedAllocation = 4 * 1024 * 1024;
    private const int AllocationPerByte = 4_000;
    private const string ProblemDocument = "Content-Type: application/problem+json";

    // What is not of the API is a page for people, and so is its error, for those that take one.
    private const string Document = "Content-Type: ";

    // As long as an answer may take before the client says that it has nothing to add.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromMilliseconds(500);

    // The machine may be busy with something else; who waits so long waits for something that does not come.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    // What Kestrel itself cuts short, before there is a request that anybody could answer.
    private static readonly int[] Unreadable = [StatusCodes.Status400BadRequest, StatusCodes.Status505HttpVersionNotsupported];

    private static readonly byte[] HeadersEnd = "\r\n\r\n"u8.ToArray();

    private readonly Mutator _mutator = new(
        "\r\n"u8.ToArray(), "Transfer-Encoding: chunked\r\n"u8.ToArray(), "Content-Length: 99999999999\r\n"u8.ToArray(), "%00"u8.ToArray(), ": "u8.ToArray(), "\0"u8.ToArray(), "HTTP/1.0"u8.ToArray(), "?"u8.ToArray());

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("cloudkick-fuzzing-");
    private readonly ErrorLog _errors = new();
    private readonly RelayParts _parts = new();
    private readonly ArrayBufferWriter<byte> _answer = new();
    private LocalCloudServer? _cloud;
    private TestDatabase? _database;
    private RelayHost? _relay;
    private HttpGrammar? _grammar;

    private HttpTarget()
    {
    }

    public static async Task<IFuzzTarget> StartAsync()
    {
        var target = new HttpTarget();
        try
        {
            await target.StartRelayAsync();
            return target;
        }
        catch
        {
            await target.DisposeAsync();
            throw;
        }
    }

    public string Name => "http";

    public string Description => "a whole relay with its database over sockets: every call of the API";

    public int Cost => InputsOfOne;

    public void Generate(FuzzRandom random, FuzzInput input)
    {
        input.IsValid = _grammar!.Write(random, input);
        if (random.OneIn(4))
            _mutator.Mutate(input, random);
    }

    public bool Take(FuzzInput input)
    {
        _answer.ResetWrittenCount();
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true, SendTimeout = (int)Patience.TotalMilliseconds };
        socket.Connect(IPAddress.Loopback, _relay!.Address.Port);
        try
        {
            socket.Send(input.Bytes);
            Receive(socket);
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.ConnectionReset or SocketError.ConnectionAborted or SocketError.Shutdown)
        {
            // What is no HTTP may be cut off.
        }
        return Status(Final(_answer.WrittenSpan)) is >= 200 and < 300;
    }

    public void Check(FuzzInput input)
    {
        _errors.ThrowIfAny();
        var answer = Final(_answer.WrittenSpan);
        if (answer.IsEmpty || Status(answer) is not (>= 400 and var status))
            return;
        var end = answer.IndexOf(HeadersEnd);
        FuzzFault.Unless(end >= 0, "An answer without an end of its headers.");
        var head = Encoding.Latin1.GetString(answer[..end]);
        var body = answer[(end + HeadersEnd.Length)..];
        var told = $"{head}\n{Encoding.UTF8.GetString(body)}";
        // 505 is the client's fault: it asks for a version of HTTP that there is not.
        FuzzFault.Unless(status is < 500 or StatusCodes.Status505HttpVersionNotsupported, $"The relay fails:\n{told}");
        FuzzFault.Unless(
            body.IsEmpty ? Unreadable.Contains(status) : head.Contains(IsOfTheApi(input.Bytes) ? ProblemDocument : Document, StringComparison.OrdinalIgnoreCase),
            $"An error without a problem document:\n{told}");
    }

    public bool WorksOnOtherThreads => true;

    public long AllocationLimit(int length) => FixedAllocation + ((long)AllocationPerByte * length);

    public async ValueTask DisposeAsync()
    {
        if (_relay is not null)
            await _relay.DisposeAsync();
        if (_database is not null)
            await _database.DisposeAsync();
        if (_cloud is not null)
            await _cloud.DisposeAsync();
        _directory.Delete(recursive: true);
        _parts.Dispose();
    }

    private async Task StartRelayAsync()
    {
        // An operator's call may name any topic for a terminal; whether the cloud then lets the relay subscribe is not asked here.
        _cloud = await LocalCloudServer.StartAsync(
            new LocalCloudOptions { DataDirectory = _directory.FullName, Policies = LocalCloudPolicies.AllowEverything, Quotas = LocalCloudQuotas.None });
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database, new RelayHostOptions
        {
            Cloud = _cloud,
            Settings = new Dictionary<string, string?>(RelayHost.NoRateLimits) { ["Logging:LogLevel:Default"] = "Error" },
            // Of all that it logs, only errors are of interest, and there are millions of other lines.
            Configure = builder => builder.Logging.ClearProviders().AddProvider(_errors),
        });
        var merchant = await _relay.AddMerchantAsync();
        var merchantKey = await _relay.CreateKeyAsync(merchant, [.. Scopes.OfMerchants]);
        var adminKey = await _relay.CreateKeyAsync(null, Scopes.PlatformAdmin);
        using var client = new HttpClient { BaseAddress = _relay.Address };
        var openApi = JsonNode.Parse(await client.GetStringAsync(new Uri("swagger/v1/swagger.json", UriKind.Relative)))!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await Eventually.BecomesAsync(async () => (await client.GetAsync(new Uri("health/ready", UriKind.Relative), deadline.Token)).IsSuccessStatusCode, true, deadline.Token);
        _errors.Forget();
        _grammar = new HttpGrammar(openApi, RequestBodies.All(_parts), merchantKey.Token, adminKey.Token);
    }

    /// <summary>Takes the answer until the relay closes; a request that goes on for the relay ends when it need not any more.</summary>
    private void Receive(Socket socket)
    {
        var patience = AnswersWithin;
        while (true)
        {
            if (!socket.Poll(patience, SelectMode.SelectRead))
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

    /// <summary>Whether the request is for a path of the API, also once dots in it are followed.</summary>
    private static bool IsOfTheApi(ReadOnlySpan<byte> request)
    {
        var target = request[(request.IndexOf((byte)' ') + 1)..];
        target = target[..Math.Max(0, target.IndexOf((byte)' '))];
        return target.StartsWith("/v1/"u8) && target.IndexOf(".."u8) < 0 && target.IndexOf("%2e"u8) < 0;
    }

    /// <summary>What follows 100 Continue and the like.</summary>
    private static ReadOnlySpan<byte> Final(ReadOnlySpan<byte> answer)
    {
        while (Status(answer) is >= 100 and < 200 && answer.IndexOf(HeadersEnd) is >= 0 and var end)
            answer = answer[(end + HeadersEnd.Length)..];
        return answer;
    }

    private static int? Status(ReadOnlySpan<byte> answer) =>
        answer.StartsWith("HTTP/1.1 "u8) && answer.Length >= 12 && int.TryParse(answer.Slice(9, 3), NumberStyles.None, CultureInfo.InvariantCulture, out var status) ? status : null;
}
