using System.Net.Sockets;

namespace CloudKick.Mqtt.Transport;

/// <summary>
/// A socket read by a thread that has nothing else to do: it waits in the system, where nobody else watches the socket for it (until a write has
/// to wait), which saves a switch of threads for each piece that comes. Cancelling a read shuts the connection down.
/// </summary>
internal sealed class PolledStream(Socket socket) : NetworkStream(socket, ownsSocket: false)
{
    private const int Forever = -1;

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        using (cancellationToken.UnsafeRegister(static stream => ((PolledStream)stream!).Shutdown(), this))
            Socket.Poll(Forever, SelectMode.SelectRead);
        return base.ReadAsync(buffer, cancellationToken);
    }

    private void Shutdown()
    {
        try
        {
            Socket.Shutdown(SocketShutdown.Both);
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            // The connection is gone already, and nobody waits.
        }
    }
}
