using System.Globalization;
using System.Net.Sockets;
using System.Text;

/// <summary>
/// Runs inside the relay's process (<c>DOTNET_STARTUP_HOOKS</c>) and tells whoever connects to a socket what the runtime has
/// allocated so far, so that the relay itself needs nothing for being measured. The runtime wants this name in no namespace.
/// </summary>
#pragma warning disable CA1050
internal static class StartupHook
{
    public const string SocketVariable = "CLOUDKICK_BENCHMARK_SOCKET";

    public static void Initialize()
    {
        if (Environment.GetEnvironmentVariable(SocketVariable) is { } path)
            new Thread(() => Answer(path)) { IsBackground = true, Name = "benchmark" }.Start();
    }

    private static void Answer(string path)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        while (true)
        {
            using var asker = listener.Accept();
            asker.Send(Encoding.ASCII.GetBytes(string.Create(
                CultureInfo.InvariantCulture,
                $"{GC.GetTotalAllocatedBytes()} {GC.CollectionCount(0)} {GC.CollectionCount(2)} {GC.GetTotalPauseDuration().TotalMilliseconds}")));
        }
    }
}
