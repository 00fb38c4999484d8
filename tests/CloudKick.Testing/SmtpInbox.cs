using System.Collections.Concurrent;
using System.Net;
using System.Net.Mail;
using System.Net.Sockets;
using System.Text;

namespace CloudKick.Testing;

/// <summary>A mail as the server took it.</summary>
/// <param name="To">Whom it is for.</param>
/// <param name="Subject">Its subject, decoded.</param>
/// <param name="Text">Its text, decoded.</param>
public sealed record ReceivedMail(string To, string Subject, string Text);

/// <summary>
/// A mail server on loopback (RFC 5321) that keeps what it takes: for tests of what is mailed. While it is held it accepts connections and
/// says nothing, as a server does that is overloaded.
/// </summary>
public sealed class SmtpInbox : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<ReceivedMail> _mails = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = Opened();
    private bool _stopped;

    /// <summary>A server that listens.</summary>
    public SmtpInbox()
    {
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    /// <summary>Where it listens.</summary>
    public int Port { get; }

    /// <summary>What it took so far, oldest first.</summary>
    public IReadOnlyCollection<ReceivedMail> Mails => _mails;

    /// <summary>The relay's settings with which it sends through this server; links lead to <paramref name="publicUrl"/>.</summary>
    public Dictionary<string, string?> Settings(string publicUrl) => new()
    {
        ["CloudKick:Mail:Host"] = "127.0.0.1",
        ["CloudKick:Mail:Port"] = Port.ToString(System.Globalization.CultureInfo.InvariantCulture),
        ["CloudKick:Mail:Tls"] = "false",
        ["CloudKick:Mail:Timeout"] = "00:01:00",
        ["CloudKick:Pages:PublicUrl"] = publicUrl,
    };

    /// <summary>Says nothing from now on, until <see cref="Release"/>.</summary>
    public void Hold() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Goes on with everybody who waits.</summary>
    public void Release() => _open.TrySetResult();

    /// <summary>The first mail for somebody; waits for it, the test's own timeout ends that.</summary>
    public async Task<ReceivedMail> ReceiveAsync(string to, CancellationToken cancellationToken) =>
        (await Eventually.HoldsAsync(
            () => Task.FromResult(_mails.FirstOrDefault(mail => mail.To.Equals(to, StringComparison.OrdinalIgnoreCase))), mail => mail is not null, cancellationToken))!;

    /// <summary>Stops listening; nothing the second time.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stopped)
            return;
        _stopped = true;
        Release();
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        _listener.Dispose();
        _stopping.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }

    private async Task AcceptAsync()
    {
        var served = new List<Task>();
        try
        {
            while (true)
                served.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token)));
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException && _stopping.IsCancellationRequested)
        {
            await Task.WhenAll(served);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
                await ConverseAsync(client.GetStream());
        }
        catch (Exception gone) when (gone is IOException or OperationCanceledException)
        {
            // The client left in the middle of it, or the test is over.
        }
    }

    private async Task ConverseAsync(NetworkStream stream)
    {
        await _open.Task.WaitAsync(_stopping.Token);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        await using var writer = new StreamWriter(stream, new UTF8Encoding(false)) { NewLine = "\r\n", AutoFlush = true };
        await writer.WriteLineAsync("220 inbox.test");
        var to = "";
        while (await reader.ReadLineAsync(_stopping.Token) is { } line)
        {
            switch (line.Split(' ', ':')[0].ToUpperInvariant())
            {
                case "QUIT":
                    await writer.WriteLineAsync("221 bye");
                    return;
                case "RCPT":
                    to = line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];
                    await writer.WriteLineAsync("250 ok");
                    break;
                case "DATA":
                    await writer.WriteLineAsync("354 go on");
                    _mails.Enqueue(Read(to, await DataAsync(reader)));
                    await writer.WriteLineAsync("250 taken");
                    break;
                default:
                    await writer.WriteLineAsync("250 ok");
                    break;
            }
        }
    }

    private async Task<List<string>> DataAsync(StreamReader reader)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(_stopping.Token) is { } line and not ".")
            lines.Add(line.StartsWith('.') ? line[1..] : line); // RFC 5321 §4.5.2
        return lines;
    }

    private static ReceivedMail Read(string to, List<string> lines)
    {
        var end = lines.IndexOf("");
        var headers = string.Join('\n', lines[..end]).Replace("\n ", " ", StringComparison.Ordinal).Split('\n')
            .Select(header => header.Split(": ", 2)).ToDictionary(header => header[0], header => header[1], StringComparer.OrdinalIgnoreCase);
        var body = lines[(end + 1)..];
        var text = headers.GetValueOrDefault("Content-Transfer-Encoding")?.ToUpperInvariant() switch
        {
            "BASE64" => Encoding.UTF8.GetString(Convert.FromBase64String(string.Concat(body))),
            "QUOTED-PRINTABLE" => Unquote(string.Join('\n', body)),
            _ => string.Join('\n', body),
        };
        using var subject = Attachment.CreateAttachmentFromString("", headers["Subject"]); // decodes RFC 2047 words
        return new ReceivedMail(to, subject.Name!, text.ReplaceLineEndings("\n"));
    }

    // RFC 2045 §6.7.
    private static string Unquote(string text)
    {
        var joined = text.Replace("=\n", "", StringComparison.Ordinal);
        var bytes = new List<byte>();
        for (var i = 0; i < joined.Length; i++)
        {
            if (joined[i] == '=')
            {
                bytes.Add(Convert.ToByte(joined.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)joined[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }
}
