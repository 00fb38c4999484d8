using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Hosting;

/// <summary>What a client cannot do to a node, on raw connections.</summary>
[CancelAfter(120_000)]
internal sealed class HttpBoundsTests
{
    private TestDatabase _database = null!;

    [OneTimeSetUp]
    public async Task CreateDatabase() => _database = await TestDatabase.CreateAsync();

    [OneTimeTearDown]
    public async Task DropDatabase() => await _database.DisposeAsync();

    [Test]
    public async Task Headers_that_do_not_come_in_time_end_the_connection(CancellationToken cancellationToken)
    {
        await using var relay = await StartAsync("HeadersTimeout", "00:00:01", cancellationToken);

        var answer = await TalkAsync(relay, "GET /health/live HTTP/1.1\r\nHost: x\r\n", cancellationToken);

        Assert.That(answer, Does.StartWith("HTTP/1.1 408"));
    }

    [Test]
    public async Task A_connection_over_the_cap_is_closed_and_others_go_on(CancellationToken cancellationToken)
    {
        await using var relay = await StartAsync("MaximumConnections", "1", cancellationToken);
        using var client = relay.CreateClient();
        var before = await client.AskAsync("health/live", cancellationToken);

        var over = await TalkAsync(relay, "GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", cancellationToken);
        var after = await client.AskAsync("health/live", cancellationToken);

        Assert.That(over, Is.Empty);
        Assert.That(((int)before.Status, (int)after.Status), Is.EqualTo((200, 200)));
    }

    [Test]
    public async Task Http_2_is_not_spoken_in_plain_text(CancellationToken cancellationToken)
    {
        await using var relay = await RelayHost.StartAsync(_database, cancellationToken: cancellationToken);
        using var client = new HttpClient
        {
            BaseAddress = relay.Address, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };

        Assert.That(async () => await client.GetAsync(new Uri("health/live", UriKind.Relative), cancellationToken), Throws.InstanceOf<HttpRequestException>());
    }

    [Test]
    public async Task A_request_line_that_is_too_long_is_refused(CancellationToken cancellationToken)
    {
        await using var relay = await RelayHost.StartAsync(_database, cancellationToken: cancellationToken);

        using var response = await relay.CreateClient().GetAsync(new Uri("v1/" + new string('x', 5000), UriKind.Relative), cancellationToken);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.RequestUriTooLong));
    }

    [Test]
    public async Task The_server_does_not_say_what_it_is(CancellationToken cancellationToken)
    {
        await using var relay = await RelayHost.StartAsync(_database, cancellationToken: cancellationToken);

        var answer = await relay.CreateClient().AskAsync("health/live", cancellationToken);

        Assert.That(answer.Headers.Server, Is.Empty);
    }

    private Task<RelayHost> StartAsync(string setting, string value, CancellationToken cancellationToken) => RelayHost.StartAsync(
        _database, new() { Settings = new Dictionary<string, string?> { ["CloudKick:Http:" + setting] = value } }, cancellationToken);

    /// <summary>Everything that the node says until it closes the connection.</summary>
    private static async Task<string> TalkAsync(RelayHost relay, string request, CancellationToken cancellationToken)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        var answer = new StringBuilder();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, relay.Address.Port, cancellationToken);
            await socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
            var buffer = new byte[4096];
            while (await socket.ReceiveAsync(buffer, cancellationToken) is > 0 and var length)
                answer.Append(Encoding.ASCII.GetString(buffer, 0, length));
        }
        catch (SocketException reset) when (reset.SocketErrorCode is SocketError.ConnectionReset or SocketError.Shutdown)
        {
            // An abrupt end is an end.
        }

        return answer.ToString();
    }
}
