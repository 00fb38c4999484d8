using System.Diagnostics;
using System.Text.Json;

namespace CloudKick.Cli.Tests.Local;

/// <summary>A terminal made of Mosquitto's own client; gone, with its connection, when this is disposed.</summary>
internal sealed class MosquittoSub : IAsyncDisposable
{
    private readonly ProcessStartInfo _start;
    private Process _process;

    public MosquittoSub(JsonElement provisioned, string directory)
    {
        string[] arguments =
        [
            "-h", provisioned.GetProperty("host").GetString()!, "-p", provisioned.GetProperty("port").ToString(),
            "--cafile", Path.Combine(directory, "ca.pem"), "--cert", Path.Combine(directory, "certificate.pem"), "--key", Path.Combine(directory, "private.key"),
            "--tls-alpn", "x-amzn-mqtt-ca", "-i", provisioned.GetProperty("clientId").GetString()!, "-t", provisioned.GetProperty("topic").GetString()!, "-q", "1",
        ];
        _start = new ProcessStartInfo("mosquitto_sub", arguments) { RedirectStandardOutput = true };
        _process = Process.Start(_start)!;
    }

    /// <summary>The next message that it received; null when it has ended.</summary>
    public ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) => _process.StandardOutput.ReadLineAsync(cancellationToken);

    public void StartAgainIfItEnded()
    {
        if (!_process.HasExited)
            return;
        _process.Dispose();
        _process = Process.Start(_start)!;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }
}
