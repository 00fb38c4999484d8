using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudKick.Relay.Security;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Hosting;

/// <summary>Bodies that are too large, on raw connections: whoever still sends is answered, and not cut off.</summary>
[CancelAfter(60_000)]
internal sealed class BodyLimitTests
{
    // More than the buffers between the two take, so that somebody must read it.
    private const int Rest = 8 * 1024 * 1024;

    private TestDatabase _database = null!;
    private RelayHost _relay = null!;
    private string _token = "";

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database);
        _token = (await _relay.CreateKeyAsync(null, Scopes.PlatformAdmin)).Token;
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [TestCase("/v1/admin/merchants", "application/json")]
    [TestCase("/v1/admin/terminals/import", "text/csv")]
    public Task A_body_that_says_it_is_too_large_is_answered_at_once_and_read(string path, string type, CancellationToken cancellationToken) =>
        IsAnsweredAndReadAsync(Headers(path, type, $"Content-Length: {Rest}"), new string('x', Rest), cancellationToken);

    [Test]
    public Task A_body_that_grows_too_large_is_answered_then_and_read(CancellationToken cancellationToken) => IsAnsweredAndReadAsync(
        Headers("/v1/admin/merchants", "application/json", "Transfer-Encoding: chunked") + Chunk("{\"name\":\"" + new string('x', 16 * 1024)),
        Chunk(new string('x', Rest)) + Chunk(""), cancellationToken);

    [Test]
    public async Task A_body_in_chunks_that_fits_is_taken(CancellationToken cancellationToken)
    {
        using var connection = await ConnectAsync(cancellationToken);

        await SendAsync(connection, Headers("/v1/admin/merchants", "application/json", "Transfer-Encoding: chunked"), cancellationToken);
        await SendAsync(connection, Chunk("{\"name\":") + Chunk("\"In pieces\"}") + Chunk(""), cancellationToken);

        Assert.That(await ReadAsync(connection, "In pieces", cancellationToken), Does.StartWith("HTTP/1.1 201"));
    }

    private async Task IsAnsweredAndReadAsync(string tooMuch, string rest, CancellationToken cancellationToken)
    {
        using var connection = await ConnectAsync(cancellationToken);

        await SendAsync(connection, tooMuch, cancellationToken);
        var answer = await ReadAsync(connection, "traceId", cancellationToken);
        await SendAsync(connection, rest, cancellationToken);

        Assert.That(answer, Does.StartWith("HTTP/1.1 413").And.Contain("\"code\":\"payload-too-large\""));
        Assert.That(await NextAsync(connection, cancellationToken), Does.Contain("HTTP/1.1 200"));
    }

    private async Task<Socket> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, _relay.Address.Port, cancellationToken);
        return socket;
    }

    private string Headers(string path, string type, string length) =>
        $"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {_token}\r\nContent-Type: {type}\r\n{length}\r\n\r\n";

    private static string Chunk(string text) => $"{text.Length:x}\r\n{text}\r\n";

    private static async Task SendAsync(Socket connection, string text, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> bytes = Encoding.ASCII.GetBytes(text);
        while (bytes.Length > 0)
            bytes = bytes[await connection.SendAsync(bytes, cancellationToken)..];
    }

    /// <summary>The answer to another request on the same connection.</summary>
    private static async Task<string> NextAsync(Socket connection, CancellationToken cancellationToken)
    {
        await SendAsync(connection, "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", cancellationToken);
        return await ReadAsync(connection, null, cancellationToken);
    }

    /// <summary>What comes, until these words or, without any, the connection's end.</summary>
    private static async Task<string> ReadAsync(Socket connection, string? last, CancellationToken cancellationToken)
    {
        var answer = new StringBuilder();
        var buffer = new byte[4096];
        while ((last is null || !answer.ToString().Contains(last, StringComparison.Ordinal))
            && await connection.ReceiveAsync(buffer, cancellationToken) is > 0 and var length)
            answer.Append(Encoding.ASCII.GetString(buffer, 0, length));
        return answer.ToString();
    }
}
