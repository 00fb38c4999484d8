using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace CloudKick.Faults.Stage;

/// <summary>
/// A node of the relay as a process of its own: it can be killed, stopped and continued as the system would, and started again on the same
/// addresses. Members are not to be called at the same time.
/// </summary>
public sealed class RelayNode : IAsyncDisposable
{
    private const int HttpPort = 5080;
    private const int TasPort = 5555;
    private const int KeptLines = 400;

    // How long a start takes is the machine's matter, and is not judged.
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan ReadyInterval = TimeSpan.FromMilliseconds(50);
    private static int _count;

    private readonly RelayNodeSettings _settings;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly HttpClient _probe = new() { Timeout = TimeSpan.FromSeconds(2) };
    private Process? _process;

    /// <summary>Not started yet. Its loopback address is its own, so its ports are free.</summary>
    /// <param name="settings">How it differs.</param>
    public RelayNode(RelayNodeSettings settings)
    {
        ArgumentNullException.ThrowIfNull(settings);
        _settings = settings;
        var number = Interlocked.Increment(ref _count);
        Name = string.Create(CultureInfo.InvariantCulture, $"n{number}");
        // By the process and its number in there, from 127.61 up: processes that run at the same time are to have different ones.
        var (block, process) = Math.DivRem(Environment.ProcessId, 250);
        Address = new IPAddress([127, (byte)(61 + block % 190), (byte)(process + 1), (byte)(number % 250 + 1)]);
        Http = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://{Address}:{HttpPort}/"));
    }

    /// <summary>What the node's name begins with in leases, events and MQTT client ids.</summary>
    public string Name { get; }

    /// <summary>Its loopback address.</summary>
    public IPAddress Address { get; }

    /// <summary>Where its API answers.</summary>
    public Uri Http { get; }

    /// <summary>The same as an end point.</summary>
    public IPEndPoint HttpEndpoint => new(Address, HttpPort);

    /// <summary>Where terminals reach it.</summary>
    public IPEndPoint Tas => new(Address, TasPort);

    /// <summary>Whether its process lives; a stopped one does.</summary>
    public bool IsRunning => _process is { HasExited: false };

    /// <summary>How its process ended; null while it lives or before its start.</summary>
    public int? ExitCode => _process is { HasExited: true } ended ? ended.ExitCode : null;

    /// <summary>The last that it said.</summary>
    public string Log => string.Join(Environment.NewLine, _log);

    /// <summary>The memory that it holds, in bytes.</summary>
    public long WorkingSet
    {
        get
        {
            var process = Running;
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>The files and sockets that it has open.</summary>
    public int OpenFiles => Directory.GetFileSystemEntries(string.Create(CultureInfo.InvariantCulture, $"/proc/{Running.Id}/fd")).Length;

    private Process Running => _process ?? throw new InvalidOperationException($"{Name} has not been started.");

    /// <summary>Starts it, anew after its end, and waits until it is ready.</summary>
    /// <param name="environment">Environment variables for this start alone.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; the message has what it said.</exception>
    public async Task StartAsync(IReadOnlyDictionary<string, string>? environment = null, CancellationToken cancellationToken = default)
    {
        Launch(environment);
        await WaitUntilReadyAsync(cancellationToken);
    }

    /// <summary>Waits until it is ready.</summary>
    /// <exception cref="InvalidOperationException">It ended, or was not ready in time; the message has what it said.</exception>
    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ReadyTimeout);
        try
        {
            while (!await IsReadyAsync(deadline.Token))
                await Task.Delay(ReadyInterval, deadline.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new InvalidOperationException($"{Name} was not ready within {ReadyTimeout.TotalSeconds:0} s:\n{Log}");
        }
    }

    /// <summary>Starts it and does not wait.</summary>
    public void Launch(IReadOnlyDictionary<string, string>? environment = null)
    {
        if (IsRunning)
            throw new InvalidOperationException($"{Name} runs.");
        _process?.Dispose();
        var program = Path.Combine(AppContext.BaseDirectory, "CloudKick.Relay.dll");
        string[] command = _settings.LogFile is { } log ? ["/bin/sh", "-c", "exec dotnet \"$0\" >\"$1\" 2>&1", program, log] : ["dotnet", program];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Set(start, environment);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Keep(line.Data);
        _process.ErrorDataReceived += (_, line) => Keep(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Whether <c>/health/ready</c> says yes now.</summary>
    /// <exception cref="InvalidOperationException">Its process has ended.</exception>
    public async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        if (Running.HasExited)
            throw new InvalidOperationException($"{Name} ended with {Running.ExitCode}:\n{Log}");
        try
        {
            using var response = await _probe.GetAsync(new Uri(Http, "health/ready"), cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException exception) when (exception.InnerException is SocketException or IOException)
        {
            return false;
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>SIGKILL: nothing is said, nothing is finished. Waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        Running.Kill();
        await Running.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>SIGSTOP: every thread stands still, connections stay.</summary>
    public void Freeze() => Signals.Send(Running.Id, Signals.Stop);

    /// <summary>SIGCONT after <see cref="Freeze"/>: it goes on as if nothing had been.</summary>
    public void Thaw() => Signals.Send(Running.Id, Signals.Continue);

    /// <summary>SIGTERM, as a deployment does. Waits until it has ended in its own order.</summary>
    public async Task TerminateAsync(CancellationToken cancellationToken)
    {
        Signals.Send(Running.Id, Signals.Terminate);
        await Running.WaitForExitAsync(cancellationToken);
    }

    /// <summary>Waits until the process has ended by itself; its exit code.</summary>
    public async Task<int> WaitForExitAsync(CancellationToken cancellationToken)
    {
        await Running.WaitForExitAsync(cancellationToken);
        return Running.ExitCode;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _probe.Dispose();
        if (_process is null)
            return;
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }

    private void Set(ProcessStartInfo start, IReadOnlyDictionary<string, string>? once)
    {
        var tas = _settings.Tas ?? Tas;
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings:CloudKick"] = _settings.ConnectionString,
            ["CloudKick:Node:Name"] = Name,
            ["CloudKick:Http:Address"] = Address.ToString(),
            ["CloudKick:Http:Port"] = HttpPort.ToString(CultureInfo.InvariantCulture),
            ["CloudKick:Tas:Address"] = Address.ToString(),
            ["CloudKick:Tas:Port"] = TasPort.ToString(CultureInfo.InvariantCulture),
            ["CloudKick:Tas:PublicHost"] = tas.Address.ToString(),
            ["CloudKick:Tas:PublicPort"] = tas.Port.ToString(CultureInfo.InvariantCulture),
            ["CloudKick:RateLimits:Key:PerMinute"] = "1000000",
            ["CloudKick:RateLimits:Key:Burst"] = "100000",
            ["CloudKick:RateLimits:Terminal:PerMinute"] = "1000000",
            ["CloudKick:RateLimits:Terminal:Burst"] = "100000",
            ["Logging:LogLevel:Default"] = "Warning",
        };
        foreach (var (name, value) in _settings.Settings)
            settings[name] = value;
        foreach (var (name, value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        start.Environment["DOTNET_ENVIRONMENT"] = "Experiment";
        start.Environment["DOTNET_STARTUP_HOOKS"] = typeof(StartupHook).Assembly.Location;
        foreach (var (name, value) in _settings.Environment.Concat(once ?? new Dictionary<string, string>()))
            start.Environment[name] = value;
    }

    private void Keep(string? line)
    {
        if (line is null)
            return;
        _log.Enqueue(line);
        if (_log.Count > KeptLines)
            _log.TryDequeue(out _);
    }
}
