using System.Diagnostics;

namespace CloudKick.Cli.Local;

/// <summary>
/// One run of the server, under a keeper: a small shell that passes our orders on to the server and, when our end of its standard
/// input closes because this process ended in whatever way, stops the server and clears away what should not outlive it.
/// </summary>
internal sealed class PostgresProcess : IDisposable
{
    // Arguments: log file, signal that stops an orphan, directory to remove with an orphan or '', then the server's command.
    // Orders are signal names, a line each. An ended server ends the keeper, with its exit code. Every process of the server, and
    // nothing else, holds our pipe for standard output as descriptor 4: when that ends, the last of them has.
    // (PR_SET_PDEATHSIG would not do: it fires when the thread that started the child ends, and threads of the pool come and go.)
    private const string KeeperScript =
        """
        log=$1 orphan=$2 remove=$3
        shift 3
        exec 3<&0 4>&1 </dev/null >>"$log" 2>&1
        "$@" 3<&- &
        server=$!
        exec 4>&-
        trap '' INT HUP TERM
        (
            while read -r order; do kill -s "$order" "$server"; done
            [ -z "$remove" ] || : > "$remove/orphaned"
            kill -s "$orphan" "$server"
        ) <&3 &
        keeper=$!
        exec 3<&-
        wait "$server"
        status=$?
        kill -s KILL "$keeper"
        [ -z "$remove" ] || [ ! -e "$remove/orphaned" ] || rm -rf -- "$remove"
        exit $status
        """;

    private readonly Process _keeper;
    private readonly Task<string> _error;
    private readonly Task _ended;

    private PostgresProcess(Process keeper)
    {
        _keeper = keeper;
        _error = keeper.StandardError.ReadToEndAsync();
        _ended = Task.WhenAll(keeper.StandardOutput.ReadToEndAsync(), keeper.WaitForExitAsync());
    }

    /// <summary>Whether the server has ended, all its processes included.</summary>
    public bool HasEnded => _ended.IsCompleted;

    /// <summary>What went wrong before the log was open; empty when nothing did. Only for an ended server.</summary>
    public Task<string> StartErrorAsync() => _error;

    public static PostgresProcess Start(PostgresBinaries binaries, ServerUser user, PostgresLayout layout, IReadOnlyList<string> settings)
    {
        // Away from our terminal's process group, so that Ctrl-C is ours to handle: the relay still writes while it stops.
        IReadOnlyList<string> session = CommandRun.Find("setsid") is { } setsid ? [setsid] : [];
        var keeper = user.Wrap(
        [
            "/bin/sh", "-c", KeeperScript, "postgres-keeper",
            layout.LogFile, layout.Ephemeral ? "QUIT" : "INT", layout.Ephemeral ? layout.Root : "",
            binaries.Server, "-D", layout.Data, .. settings.SelectMany(setting => new[] { "-c", setting }),
        ]);
        return new PostgresProcess(Process.Start(CommandRun.StartInfo([.. session, .. keeper]))!);
    }

    /// <summary>Sends the server a signal: INT is its fast, QUIT its immediate shutdown, KILL is a crash.</summary>
    public async Task SignalAsync(string name)
    {
        try
        {
            await _keeper.StandardInput.WriteLineAsync(name);
            await _keeper.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            // The keeper, and so the server, has ended: there is nobody to signal, and that is what the signal was for.
        }
    }

    /// <summary>Waits for the end of all the server's processes; false when they did not end in time.</summary>
    public async Task<bool> WaitForEndAsync(TimeSpan timeout)
    {
        try
        {
            await _ended.WaitAsync(timeout);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>Closes our end: a server that still runs is stopped by its keeper.</summary>
    public void Dispose()
    {
        try
        {
            _keeper.StandardInput.Close();
        }
        catch (IOException)
        {
            // An order that was not delivered because the keeper had ended.
        }

        _keeper.Dispose();
    }
}
