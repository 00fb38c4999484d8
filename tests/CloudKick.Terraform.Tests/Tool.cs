using System.Diagnostics;

namespace CloudKick.Terraform.Tests;

/// <summary>Runs a program to its end, within a time.</summary>
internal static class Tool
{
    /// <summary>For anything that Terraform does here; seconds on an idle machine.</summary>
    public static readonly TimeSpan TerraformTimeout = TimeSpan.FromMinutes(3);

    /// <summary>For our own scripts.</summary>
    public static readonly TimeSpan NodeTimeout = TimeSpan.FromMinutes(1);

    /// <exception cref="AssertionException">The program is not on this machine, or took too long.</exception>
    public static async Task<ToolResult> RunAsync(
        string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string> environment, TimeSpan timeout)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Start(start);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var error = process.StandardError.ReadToEndAsync(limit.Token);
            await process.WaitForExitAsync(limit.Token);
            return new ToolResult(process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            process.Kill(entireProcessTree: true);
            throw new AssertionException($"{program} took longer than {timeout.TotalSeconds:0} s.");
        }
    }

    /// <exception cref="AssertionException">The program is not on this machine.</exception>
    public static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new AssertionException($"{start.FileName} is needed for this test: {missing.Message}", missing);
        }
    }
}

/// <summary>What a program left: its exit code and everything it printed.</summary>
internal sealed record ToolResult(int ExitCode, string Text);
