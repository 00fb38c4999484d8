using System.Runtime.InteropServices;

namespace CloudKick.Benchmarks.Mqtt;

/// <summary>What is used of libmosquitto 2 (<c>mosquitto.h</c>).</summary>
internal static unsafe partial class Libmosquitto
{
    public const string Package = "libmosquitto1";
    public const int Success = 0;
    public const int OptionProtocolVersion = 1;
    public const int OptionSendMaximum = 5;
    public const int OptionTcpNoDelay = 11;
    public const int ProtocolVersion5 = 5;

    private const string Library = "libmosquitto.so.1";

    /// <summary>Where Debian's package has it.</summary>
    public static string Path => RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? $"/usr/lib/aarch64-linux-gnu/{Library}"
        : $"/usr/lib/x86_64-linux-gnu/{Library}";

    [LibraryImport(Library, EntryPoint = "mosquitto_lib_init")]
    public static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "mosquitto_new", StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint New(string id, [MarshalAs(UnmanagedType.U1)] bool cleanSession, nint state);

    [LibraryImport(Library, EntryPoint = "mosquitto_destroy")]
    public static partial void Destroy(nint client);

    [LibraryImport(Library, EntryPoint = "mosquitto_int_option")]
    public static partial int SetOption(nint client, int option, int value);

    [LibraryImport(Library, EntryPoint = "mosquitto_max_inflight_messages_set")]
    public static partial int SetMaximumInFlight(nint client, uint maximum);

    [LibraryImport(Library, EntryPoint = "mosquitto_tls_set", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetTls(nint client, string caFile, string? caPath, string certificateFile, string keyFile, nint passwordCallback);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect_callback_set")]
    public static partial void SetConnectCallback(nint client, delegate* unmanaged<nint, nint, int, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_publish_v5_callback_set")]
    public static partial void SetPublishCallback(nint client, delegate* unmanaged<nint, nint, int, int, nint, void> callback);

    [LibraryImport(Library, EntryPoint = "mosquitto_connect", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Connect(nint client, string host, int port, int keepAlive);

    [LibraryImport(Library, EntryPoint = "mosquitto_disconnect")]
    public static partial int Disconnect(nint client);

    [LibraryImport(Library, EntryPoint = "mosquitto_loop")]
    public static partial int Loop(nint client, int timeout, int maximumPackets);

    /// <summary>Calls back before it returns, so that the collector must be able to stop this thread.</summary>
    [LibraryImport(Library, EntryPoint = "mosquitto_publish")]
    public static partial int Publish(nint client, out int messageId, byte* topic, int payloadLength, byte* payload, int qualityOfService, byte retain);

    [LibraryImport(Library, EntryPoint = "mosquitto_strerror", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Explain(int error);

    /// <exception cref="BenchmarkException">The library refused.</exception>
    public static void Check(int result)
    {
        if (result != Success)
            throw new BenchmarkException($"libmosquitto: {Marshal.PtrToStringUTF8(Explain(result))}");
    }
}
