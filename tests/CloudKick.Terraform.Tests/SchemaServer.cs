using System.Diagnostics;

namespace CloudKick.Terraform.Tests;

/// <summary>Serves the provider's real schema to Terraform from a process of its own (<c>terraform/check/schema-server.mjs</c>).</summary>
internal sealed class SchemaServer : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private SchemaServer(Process process, string reattach)
    {
        _process = process;
        Reattach = reattach;
    }

    /// <summary>The value of <c>TF_REATTACH_PROVIDERS</c>.</summary>
    public string Reattach { get; }

    /// <exception cref="AssertionException">It does not start.</exception>
    public static async Task<SchemaServer> StartAsync()
    {
        var process = Tool.Start(new ProcessStartInfo("node", [Path.Combine(Repository.Check, "schema-server.mjs")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        });
        using var limit = new CancellationTokenSource(StartTimeout);
        var line = await process.StandardOutput.ReadLineAsync(limit.Token);
        if (line is not null)
            return new SchemaServer(process, line);
        process.Dispose();
        throw new AssertionException("The schema server does not start. Its packages: `npm ci` in terraform/check.");
    }

    // It ends with its standard input.
    public void Dispose()
    {
        _process.StandardInput.Close();
        if (!_process.WaitForExit(StopTimeout))
            _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }
}
