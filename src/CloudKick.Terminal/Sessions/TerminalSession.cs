using System.Net.Sockets;
using System.Security.Authentication;
using CloudKick.Opi;

namespace CloudKick.Terminal;

/// <summary>
/// The terminal's side of one kick at the TAS: reaches it before the kick's deadline, answers it, and stays
/// until either side ends it. Runs once.
/// </summary>
internal sealed class TerminalSession(KickMessage kick, TerminalOptions options, TimeProvider timeProvider) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly string _host = options.TasHost ?? kick.Tas.Host;
    private readonly int _port = options.TasPort ?? kick.Tas.Port;
    private Task _running = Task.CompletedTask;
    private SessionEnd _stopReason = SessionEnd.Stopped;

    /// <summary>Whether the TAS has been answered and the connection still stands.</summary>
    public bool IsOpen { get; private set; }

    private DateTimeOffset Now => timeProvider.GetUtcNow();

    public void Start() => _running = RunAsync();

    /// <summary>Ends the session and waits for its end.</summary>
    public Task StopAsync(SessionEnd reason)
    {
        _stopReason = reason;
        return DisposeAsync().AsTask();
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _running.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var link = await TryOpenAsync(attempt).ConfigureAwait(false);
                if (link is not null)
                {
                    await using (link.ConfigureAwait(false))
                        await StayAsync(link.Channel).ConfigureAwait(false);
                    return;
                }

                var wait = WaitAfter(attempt);
                if (Now + wait >= kick.Deadline)
                {
                    options.Observer?.Invoke(new TerminalEvent.SessionGivenUp(options.TerminalId, Now, kick.KickId, attempt));
                    return;
                }

                await Task.Delay(wait, timeProvider, _stopping.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
        {
            // Stopped before there was a session.
        }
    }

    /// <summary>One attempt, up to and with the answer to the first request; null when it failed.</summary>
    private async Task<TasLink?> TryOpenAsync(int attempt)
    {
        var limit = kick.Deadline - Now < options.TasConnectTimeout ? kick.Deadline - Now : options.TasConnectTimeout;
        using var deadline = new CancellationTokenSource(limit > TimeSpan.Zero ? limit : TimeSpan.Zero, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _stopping.Token);
        TasLink? link = null;
        string cause;
        try
        {
            if (options.Behaviour == TerminalBehaviour.TasUnreachable)
                throw new IOException($"{_host}:{_port} cannot be reached, as ordered.");

            link = await TasLink.ConnectAsync(_host, _port, kick.Tas.Tls, options.TasTrustedRoots, either.Token).ConfigureAwait(false);
            while (await ReceiveAsync(link.Channel, either.Token).ConfigureAwait(false) is { } message)
            {
                if (message is ServiceRequest request)
                {
                    await link.Channel.SendAsync(StatusAnswer.To(request, options, kick.KickId), either.Token).ConfigureAwait(false);
                    IsOpen = true;
                    options.Observer?.Invoke(new TerminalEvent.SessionOpened(options.TerminalId, Now, kick.KickId, _host, _port));
                    return link;
                }
            }

            cause = "The TAS closed the connection before it asked anything.";
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !_stopping.IsCancellationRequested)
        {
            cause = $"The TAS did not ask anything within {limit.TotalSeconds:0.#} s.";
        }
        catch (Exception exception) when (exception is SocketException or IOException or AuthenticationException or OpiException)
        {
            cause = exception.Message;
        }

        if (link is not null)
            await link.DisposeAsync().ConfigureAwait(false);
        options.Observer?.Invoke(new TerminalEvent.SessionAttemptFailed(options.TerminalId, Now, kick.KickId, attempt, cause));
        return null;
    }

    private async Task StayAsync(OpiChannel channel)
    {
        using var drop = options.Behaviour == TerminalBehaviour.DropsSession
            ? new CancellationTokenSource(options.BehaviourDelay, timeProvider)
            : new CancellationTokenSource();
        var end = await EndOfAsync(channel, drop.Token).ConfigureAwait(false);
        IsOpen = false;
        options.Observer?.Invoke(new TerminalEvent.SessionClosed(options.TerminalId, Now, kick.KickId, end));
    }

    private async Task<SessionEnd> EndOfAsync(OpiChannel channel, CancellationToken drop)
    {
        try
        {
            while (true)
            {
                using var quiet = new CancellationTokenSource(options.TasIdleTimeout, timeProvider);
                using var any = CancellationTokenSource.CreateLinkedTokenSource(quiet.Token, drop, _stopping.Token);
                var message = await ReceiveAsync(channel, any.Token).ConfigureAwait(false);
                if (message is null)
                    return SessionEnd.ByTas;
                if (message is ServiceRequest request)
                {
                    quiet.CancelAfter(options.TasAnswerTimeout);
                    await channel.SendAsync(StatusAnswer.To(request, options, kick.KickId), any.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            return _stopping.IsCancellationRequested ? _stopReason : drop.IsCancellationRequested ? SessionEnd.Dropped : SessionEnd.Silent;
        }
        catch (Exception exception) when (exception is IOException or OpiTruncatedException)
        {
            return SessionEnd.Lost;
        }
        catch (OpiException)
        {
            return SessionEnd.ProtocolError;
        }
    }

    /// <summary>The next message that this terminal can read; messages for later firmware are passed over.</summary>
    private static async Task<OpiMessage?> ReceiveAsync(OpiChannel channel, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return await channel.ReceiveAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (OpiUnsupportedMessageException)
            {
                // The stream is in step: on to the next.
            }
        }
    }

    private TimeSpan WaitAfter(int attempt)
    {
        var doubled = options.TasRetryMinimum * Math.Pow(2, Math.Min(attempt - 1, 20));
        var bounded = doubled < options.TasRetryMaximum ? doubled : options.TasRetryMaximum;
        return bounded * (1 + options.TasRetryJitter * Random.Shared.NextDouble());
    }
}
