using System.Runtime.InteropServices;

namespace CloudKick.Cli.CommandLine;

/// <summary>
/// Turns Ctrl-C, SIGTERM, SIGQUIT and a closed terminal into cancellation, so that every command ends in its own order. A command
/// that was told twice is not told a third time: everything it does while stopping is bounded.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;

    public StopSignals() => _registrations =
    [
        .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGQUIT, PosixSignal.SIGHUP }
            .Select(signal => PosixSignalRegistration.Create(signal, Stop)),
    ];

    public CancellationToken Token => _stop.Token;

    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        _stop.Cancel();
    }
}
