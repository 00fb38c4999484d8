using System.Globalization;
using System.Threading.Channels;
using CloudKick.Cli.CommandLine;
using CloudKick.Terminal;
using Spectre.Console;

namespace CloudKick.Cli.Terminals;

/// <summary>
/// Writes what happens to simulated terminals, as it happens. Terminals never wait for it: when they are faster than the screen,
/// the oldest unwritten events are dropped, and how many is said.
/// </summary>
internal sealed class TerminalEventFeed : IAsyncDisposable
{
    private const int MaximumUnwritten = 1_000;

    private readonly Screen _screen;
    private readonly Channel<TerminalEvent> _events;
    private readonly Task _writing;
    private int _dropped;
    private bool _isOpen;

    public TerminalEventFeed(Screen screen)
    {
        _screen = screen;
        _events = Channel.CreateBounded<TerminalEvent>(
            new BoundedChannelOptions(MaximumUnwritten) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
        _writing = WriteAsync();
    }

    /// <summary>Whether events are written; while they are not, they are forgotten.</summary>
    public bool IsOpen
    {
        get => Volatile.Read(ref _isOpen);
        set => Volatile.Write(ref _isOpen, value);
    }

    /// <summary>The observer to give to terminals.</summary>
    public void Add(TerminalEvent happened)
    {
        if (IsOpen)
            _events.Writer.TryWrite(happened);
    }

    /// <summary>Writes what is left.</summary>
    public async ValueTask DisposeAsync()
    {
        _events.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        await foreach (var happened in _events.Reader.ReadAllAsync())
        {
            if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                _screen.Note($"… {dropped} events not shown");
            Write(happened);
        }
    }

    private void Write(TerminalEvent happened)
    {
        var (kick, text) = Describe(happened);
        _screen.Result(
            new { at = happened.At, happened.TerminalId, Event = happened.GetType().Name, kick, text },
            people => people.MarkupLineInterpolated(
                $"[grey]{happened.At.ToLocalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}[/] {happened.TerminalId}  {text}"));
    }

    private static (string? Kick, string Text) Describe(TerminalEvent happened) => happened switch
    {
        TerminalEvent.Connected => (null, "connected to the cloud"),
        TerminalEvent.Disconnected lost => (null, $"disconnected from the cloud: {lost.Cause}"),
        TerminalEvent.KickReceived kick => (kick.KickId, $"kick {kick.KickId ?? "?"} received on {kick.Topic}"),
        TerminalEvent.KickRefused kick => (kick.KickId, $"kick {kick.KickId ?? "?"} refused: {kick.Reason}"),
        TerminalEvent.Acknowledged kick => (kick.KickId, $"kick {kick.KickId} acknowledged: {kick.Result}"),
        TerminalEvent.AcknowledgementFailed kick => (kick.KickId, $"kick {kick.KickId} not acknowledged: {kick.Cause}"),
        TerminalEvent.SessionAttemptFailed kick => (kick.KickId, $"TAS not reached (attempt {kick.Attempt}): {kick.Cause}"),
        TerminalEvent.SessionGivenUp kick => (kick.KickId, $"TAS given up after {kick.Attempts} attempts"),
        TerminalEvent.SessionOpened kick => (kick.KickId, $"session open at {kick.Host}:{kick.Port}"),
        TerminalEvent.SessionClosed kick => (kick.KickId, $"session closed: {kick.End}"),
        _ => (null, happened.GetType().Name),
    };
}
