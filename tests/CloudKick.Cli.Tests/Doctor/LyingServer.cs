using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;

namespace CloudKick.Cli.Tests.Doctor;

/// <summary>What installers meet in AWS's place: a TCP port on loopback that does with each connection what a test says, until it is disposed.</summary>
internal sealed class LyingServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<Stream, CancellationToken, Task> _answer;
    private readonly Task _accepting;

    private LyingServer(Func<Stream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Endpoint => $"localhost:{Port}";

    /// <summary>Speaks TCP; <paramref name="answer"/> has the connection until it returns.</summary>
    public static LyingServer OverTcp(Func<Stream, CancellationToken, Task> answer) => new(answer);

    /// <summary>Takes connections and says nothing.</summary>
    public static LyingServer Silent() => new((_, stopping) => Task.Delay(Timeout.Infinite, stopping));

    /// <summary>
    /// Speaks TLS with a certificate; <paramref name="answer"/> is told which application protocol was agreed upon. Knows no ALPN when
    /// <paramref name="alpn"/> is empty, as a middlebox that strips it.
    /// </summary>
    public static LyingServer OverTls(X509Certificate2 certificate, Func<Stream, string, CancellationToken, Task> answer, params string[] alpn) => new(async (stream, stopping) =>
    {
        await using var tls = new SslStream(stream);
        await tls.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true),
                // HTTPS without ALPN is let in too: Kestrel and AWS do likewise.
                ApplicationProtocols = alpn.Length == 0 ? null : [.. alpn.Select(name => new SslApplicationProtocol(name))],
            },
            stopping);
        await answer(tls, tls.NegotiatedApplicationProtocol.ToString(), stopping);
    });

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(AnswerAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(connections);
        }
    }

    private async Task AnswerAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                await _answer(client.GetStream(), _stopping.Token);
            }
            catch (Exception end) when (end is OperationCanceledException or IOException or System.Security.Authentication.AuthenticationException)
            {
                // The doctor has seen enough, or the test is over.
            }
        }
    }
}
