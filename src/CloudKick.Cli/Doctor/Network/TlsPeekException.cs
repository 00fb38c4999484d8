using System.Net.Sockets;

namespace CloudKick.Cli.Doctor.Network;

/// <summary>How a TLS connection failed.</summary>
internal enum TlsFault
{
    /// <summary>There was no TCP connection.</summary>
    NotConnected,

    /// <summary>The connection ended in the middle of the handshake.</summary>
    CutOff,

    /// <summary>What answered does not speak TLS.</summary>
    NotTls,

    /// <summary>The server speaks TLS, but no version of it from 1.2 on.</summary>
    Version,

    /// <summary>The server knows ALPN, and not the protocol asked for.</summary>
    Alpn,

    /// <summary>Anything else.</summary>
    Other,
}

/// <summary>No TLS connection came about.</summary>
internal sealed class TlsPeekException(TlsFault fault, string message, Exception inner) : Exception(message, inner)
{
    public TlsFault Fault { get; } = fault;

    /// <summary>Reads the platform's exceptions, which tell most of it only in their messages.</summary>
    public static TlsPeekException Of(Exception exception)
    {
        var innermost = exception;
        while (innermost.InnerException is { } inner)
            innermost = inner;
        var message = innermost.Message.TrimEnd('.');
        return exception switch
        {
            SocketException socket => new(TlsFault.NotConnected, $"the TCP connection fails ({socket.SocketErrorCode})", exception),
            _ when Says(message, "no application protocol", "reason(1120)", "NoApplicationProtocol") => new(TlsFault.Alpn, message, exception),
            _ when Says(message, "alert protocol version", "unsupported protocol", "reason(1070)") => new(TlsFault.Version, message, exception),
            _ when Says(message, "frame size", "corrupted frame", "wrong version number", "packet length too long") => new(TlsFault.NotTls, message, exception),
            _ when exception is IOException || Says(message, "unexpected EOF", "reset by peer") => new(TlsFault.CutOff, message, exception),
            _ => new(TlsFault.Other, message, exception),
        };
    }

    private static bool Says(string message, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (message.Contains(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }
        return false;
    }
}
