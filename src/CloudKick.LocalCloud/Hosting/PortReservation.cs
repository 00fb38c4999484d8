using System.Net;
using System.Net.Sockets;

namespace CloudKick.LocalCloud;

/// <summary>
/// Keeps a port while nothing listens on it: bound, so that no other process is given it, but not listening, so that
/// connecting is refused.
/// </summary>
internal sealed class PortReservation : IDisposable
{
    private readonly Socket _socket;

    private PortReservation(Socket socket) => _socket = socket;

    public static PortReservation Take(IPEndPoint endPoint)
    {
        var socket = new Socket(endPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
        socket.Bind(endPoint);
        return new PortReservation(socket);
    }

    public void Dispose() => _socket.Dispose();
}
