using System.Diagnostics;
using System.Text.Json;
using CloudKick.Cli.Local;

namespace CloudKick.Cli.Tests.Local;

/// <summary>A process of its own that holds a private PostgreSQL, for tests of what becomes of the server when its process ends.</summary>
internal sealed class PostgresHolder : IDisposable
{
    private const string Leave = "leave";
    private readonly Process _process;

    private PostgresHolder(Process process, PrivateServer server)
    {
        _process = process;
        Server = server;
    }

    public PrivateServer Server { get; }

    /// <summary>The child's side: starts a server, says where, and ends without disposing it when told to leave.</summary>
    public static async Task<int> Main(string[] args)
    {
        var options = new PrivatePostgresOptions { Directory = args is [var directory] ? directory : null };
        var postgres = await PrivatePostgres.StartAsync(options, null, CancellationToken.None);
        var pid = await ServerProcesses.PidAsync(postgres.Directory);
        Console.WriteLine(JsonSerializer.Serialize(new PrivateServer(pid, postgres.Directory, postgres.SuperuserConnectionString())));
        return await Console.In.ReadLineAsync() == Leave ? 0 : 1;
    }

    public static async Task<PostgresHolder> StartAsync(string? directory, CancellationToken cancellationToken)
    {
        string[] arguments = [typeof(PostgresHolder).Assembly.Location, .. directory is null ? Array.Empty<string>() : [directory]];
        var start = new ProcessStartInfo("dotnet", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync(cancellationToken);
        Assert.That(line, Is.Not.Null, "the child process ended early");
        return new PostgresHolder(process, JsonSerializer.Deserialize<PrivateServer>(line!)!);
    }

    /// <summary>SIGKILL: no handler, no finally block, no finaliser runs.</summary>
    public async Task KillAsync(CancellationToken cancellationToken)
    {
        _process.Kill();
        await _process.WaitForExitAsync(cancellationToken);
    }

    public async Task LeaveAsync(CancellationToken cancellationToken)
    {
        await _process.StandardInput.WriteLineAsync(Leave.AsMemory(), cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        Assert.That(_process.ExitCode, Is.Zero);
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Dispose();
    }

    internal sealed record PrivateServer(int Pid, string Directory, string ConnectionString);
}
