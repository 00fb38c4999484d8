using System.IO.Pipelines;

namespace CloudKick.Opi;

/// <summary>
/// OPI messages over one connection. One caller may receive while one other sends; neither call may
/// overlap itself. It does not own the pipe.
/// </summary>
public sealed class OpiChannel
{
    private readonly IDuplexPipe _pipe;
    private readonly int _maximumLength;

    /// <param name="pipe">The connection.</param>
    /// <param name="maximumLength">The longest document taken, in bytes: 1 to <see cref="OpiLimits.DocumentLength"/>, its default.</param>
    public OpiChannel(IDuplexPipe pipe, int maximumLength = OpiLimits.DocumentLength)
    {
        ArgumentNullException.ThrowIfNull(pipe);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumLength, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumLength, OpiLimits.DocumentLength);
        _pipe = pipe;
        _maximumLength = maximumLength;
    }

    /// <summary>
    /// The next message, or null when the peer has closed between two frames. After
    /// <see cref="OpiUnsupportedMessageException"/> and after a cancellation the stream is still in step and
    /// the next call goes on with the next frame; after any other exception the connection is of no more use.
    /// </summary>
    /// <exception cref="OpiException">What the peer sent is not OPI, or it closed inside a frame.</exception>
    public async ValueTask<OpiMessage?> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await _pipe.Input.ReadAsync(cancellationToken).ConfigureAwait(false);
            var buffer = result.Buffer;
            var examined = buffer.End;
            try
            {
                if (OpiFrame.TryRead(ref buffer, _maximumLength, out var document))
                {
                    examined = buffer.Start;
                    return OpiMessage.Decode(document);
                }

                if (result.IsCompleted)
                    return buffer.IsEmpty ? null : throw new OpiTruncatedException(buffer.Length);
            }
            finally
            {
                _pipe.Input.AdvanceTo(buffer.Start, examined);
            }
        }
    }

    /// <summary>Sends one message as one frame and waits until the connection takes more.</summary>
    /// <exception cref="OpiException">The message cannot be written.</exception>
    /// <exception cref="IOException">The connection is gone.</exception>
    public async ValueTask SendAsync(OpiMessage message, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(message);
        OpiFrame.Write(_pipe.Output, message.Encode());
        var result = await _pipe.Output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCompleted)
            throw new IOException("The peer takes no more data.");
    }
}
