using CloudKick.Opi;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace CloudKick.Tas;

/// <summary>
/// Our side of the conversation with one terminal: asks for its status and takes in what comes. Whatever
/// ends the conversation comes out as a reason, never as an exception.
/// </summary>
internal sealed class TasDialogue(ConnectionContext connection, TasOptions options, TimeProvider timeProvider, ILogger logger)
{
    private readonly OpiChannel _channel = new(connection.Transport, options.MaximumFrameLength);
    private readonly OpiRequestIds _requestIds = new();

    /// <summary>
    /// Asks for the status and waits for the answer to just this request; what else comes is passed over.
    /// Ends with <see cref="TasCloseReason.Silent"/> when <paramref name="timeout"/> has passed.
    /// </summary>
    public async Task<Received> AskStatusAsync(TimeSpan timeout, CancellationToken closing)
    {
        using var deadline = new CancellationTokenSource(timeout, timeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, closing);
        var request = new ServiceRequest(new OpiHeader
        {
            RequestType = OpiRequestTypes.GetStatus,
            WorkstationId = options.WorkstationId,
            RequestId = _requestIds.Next(),
        })
        {
            PosData = new PosData { TimeStamp = timeProvider.GetUtcNow(), LanguageCode = "nl" },
        };

        var step = await GuardAsync(SendAsync, either.Token).ConfigureAwait(false);
        while (step.End is null)
        {
            if (step.Message is ServiceResponse answer && answer.Header.Answers(request.Header))
                return step;
            step = await ReceiveAsync(either.Token).ConfigureAwait(false);
        }

        return step;

        async ValueTask<Received> SendAsync(CancellationToken cancellationToken)
        {
            await _channel.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return default;
        }
    }

    /// <summary>
    /// Takes in messages until none has come for <paramref name="quiet"/>.
    /// Returns why the conversation ended, or null when it is merely quiet.
    /// </summary>
    public async Task<TasCloseReason?> ListenAsync(TimeSpan quiet, CancellationToken closing)
    {
        while (true)
        {
            using var deadline = new CancellationTokenSource(quiet, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, closing);
            var step = await ReceiveAsync(either.Token).ConfigureAwait(false);
            if (step.End is { } end)
                return end == TasCloseReason.Silent ? null : end;
        }
    }

    private async Task<Received> ReceiveAsync(CancellationToken cancellationToken)
    {
        var step = await GuardAsync(NextAsync, cancellationToken).ConfigureAwait(false);
        if (step.Message is { } message and not ServiceResponse)
            logger.PassedOver(connection.RemoteEndPoint, $"a {message.GetType().Name} that nobody waits for");
        return step;

        async ValueTask<Received> NextAsync(CancellationToken token) =>
            await _channel.ReceiveAsync(token).ConfigureAwait(false) is { } message
                ? new Received(message, null)
                : new Received(null, TasCloseReason.ByTerminal);
    }

    private async Task<Received> GuardAsync(Func<CancellationToken, ValueTask<Received>> step, CancellationToken cancellationToken)
    {
        try
        {
            return await step(cancellationToken).ConfigureAwait(false);
        }
        catch (OpiUnsupportedMessageException exception)
        {
            logger.PassedOver(connection.RemoteEndPoint, exception.Message);
            return default;
        }
        catch (OpiTruncatedException)
        {
            return new Received(null, TasCloseReason.Lost);
        }
        catch (OpiException exception)
        {
            logger.ProtocolBroken(connection.RemoteEndPoint, exception.Message);
            return new Received(null, TasCloseReason.ProtocolError);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new Received(null, TasCloseReason.Silent);
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException)
        {
            return new Received(null, TasCloseReason.Lost);
        }
    }

    /// <summary>A message, or why there will be none; neither for something that was passed over.</summary>
    internal readonly record struct Received(OpiMessage? Message, TasCloseReason? End);
}
