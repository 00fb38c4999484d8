using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using CloudKick.Cli.Local;
using CloudKick.Testing.Certificates;
using NUnit.Framework;

namespace CloudKick.Testing.Mosquitto;

/// <summary>
/// Mosquitto from Debian's packages as an independent MQTT server on the loopback address: one plain port, and one with mutual TLS whose
/// client certificates come from <see cref="Certificates"/>. Works as root and as an ordinary user.
/// </summary>
public sealed class MosquittoBroker : IAsyncDisposable
{
    // Another program may take a port between our choosing it and Mosquitto's binding it.
    private const int StartAttempts = 5;

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);
    private static readonly string[] Locations = ["/usr/sbin/mosquitto", "/usr/bin/mosquitto", "/usr/local/sbin/mosquitto", "/opt/homebrew/sbin/mosquitto"];

    private readonly string _directory;
    private readonly StringBuilder _log = new();
    private Process? _process;

    private MosquittoBroker(string directory) => _directory = directory;

    /// <summary>Plain TCP.</summary>
    public int Port { get; private set; }

    /// <summary>TLS; asks for a client certificate.</summary>
    public int TlsPort { get; private set; }

    /// <summary>Mosquitto's process; only while it runs.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("Mosquitto is stopped.");

    /// <summary>Who issued the server's certificate and must issue the clients'.</summary>
    public TestCertificates Certificates { get; } = new();

    /// <summary>What Mosquitto said so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
                return _log.ToString();
        }
    }

    /// <summary>Starts Mosquitto and returns when both ports answer.</summary>
    /// <param name="settings">More lines for its configuration file.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AssertionException">Mosquitto is not installed, or does not start.</exception>
    public static Task<MosquittoBroker> StartAsync(string settings = "", CancellationToken cancellationToken = default) =>
        StartAsync(settings, keepsSessions: false, cancellationToken);

    /// <summary>Starts Mosquitto that writes its sessions down on <see cref="ShutDownAsync"/>, and has them when it starts again.</summary>
    /// <exception cref="AssertionException">Mosquitto is not installed, or does not start.</exception>
    public static Task<MosquittoBroker> StartKeepingSessionsAsync(CancellationToken cancellationToken) => StartAsync("", keepsSessions: true, cancellationToken);

    /// <summary>Kills the process; connections break without a word.</summary>
    public async Task StopAsync()
    {
        if (_process is not { } process)
            return;
        _process = null;
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
    }

    /// <summary>Stops the process in good order (SIGTERM); what it is to keep, it writes down.</summary>
    public async Task ShutDownAsync(CancellationToken cancellationToken)
    {
        await CommandRun.RunAsync(["/bin/sh", "-c", $"kill -s TERM {ProcessId}"], StopTimeout, cancellationToken);
        await _process!.WaitForExitAsync(cancellationToken).WaitAsync(StopTimeout, cancellationToken);
        await StopAsync();
    }

    /// <summary>Starts it on the same ports after <see cref="StopAsync"/> or <see cref="ShutDownAsync"/>.</summary>
    /// <exception cref="AssertionException">It does not start.</exception>
    public async Task StartAgainAsync(CancellationToken cancellationToken)
    {
        if (!await TryStartAsync(cancellationToken))
            throw DoesNotStart;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Certificates.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private AssertionException DoesNotStart => new($"Mosquitto does not start:\n{Log}");

    // False: it has ended.
    private async Task<bool> TryStartAsync(CancellationToken cancellationToken)
    {
        _process = Process.Start(new ProcessStartInfo(FindBinary(), ["-c", Path.Combine(_directory, "mosquitto.conf")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _process.OutputDataReceived += (_, line) => Append(line.Data);
        _process.ErrorDataReceived += (_, line) => Append(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        // The one that it opens last first: what answers there while the other is not open yet is somebody else.
        if (await AnswersAsync(TlsPort, cancellationToken) && await AnswersAsync(Port, cancellationToken))
            return true;
        await StopAsync();
        return false;
    }

    private static async Task<MosquittoBroker> StartAsync(string settings, bool keepsSessions, CancellationToken cancellationToken)
    {
        var broker = new MosquittoBroker(Directory.CreateTempSubdirectory("cloudkick-mosquitto-").FullName);
        try
        {
            for (var attempt = 0; attempt < StartAttempts; attempt++)
            {
                (broker.Port, broker.TlsPort) = FindFreePorts();
                broker.WriteConfiguration(settings, keepsSessions);
                if (await broker.TryStartAsync(cancellationToken))
                    return broker;
            }
            throw broker.DoesNotStart;
        }
        catch
        {
            await broker.DisposeAsync();
            throw;
        }
    }

    private static string FindBinary() => Locations.FirstOrDefault(File.Exists)
        ?? throw new AssertionException("This test needs Mosquitto: apt-get install mosquitto");

    // Both are held until both are known, so that they differ.
    private static (int Plain, int Tls) FindFreePorts()
    {
        using var plain = new TcpListener(IPAddress.Loopback, 0);
        using var tls = new TcpListener(IPAddress.Loopback, 0);
        plain.Start();
        tls.Start();
        return (((IPEndPoint)plain.LocalEndpoint).Port, ((IPEndPoint)tls.LocalEndpoint).Port);
    }

    private void WriteConfiguration(string settings, bool keepsSessions)
    {
        var pem = Certificates.WritePem(_directory, Certificates.IssueServer());
        // As root, Mosquitto would step down to a user who cannot read this directory.
        var user = Environment.IsPrivilegedProcess ? "user root" : "";
        File.WriteAllText(Path.Combine(_directory, "mosquitto.conf"), $"""
            {user}
            {(keepsSessions ? $"persistence true\npersistence_location {_directory}/" : "persistence false")}
            log_dest stderr
            log_type all
            allow_anonymous true
            {settings}
            listener {Port} 127.0.0.1
            listener {TlsPort} 127.0.0.1
            cafile {pem.Authority}
            certfile {pem.Certificate}
            keyfile {pem.Key}
            require_certificate true
            """);
    }

    // False: Mosquitto has ended.
    private async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(StartTimeout);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        while (true)
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port, linked.Token);
                return true;
            }
            catch (SocketException) when (_process is { HasExited: true })
            {
                return false;
            }
            catch (SocketException) when (!timeout.IsCancellationRequested)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), linked.Token);
            }
            catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
            {
                throw new AssertionException($"Mosquitto does not answer on port {port}:\n{Log}", exception);
            }
        }
    }

    private void Append(string? line)
    {
        lock (_log)
            _log.AppendLine(line);
    }
}
