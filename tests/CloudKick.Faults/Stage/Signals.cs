using System.ComponentModel;
using System.Runtime.InteropServices;

namespace CloudKick.Faults.Stage;

/// <summary>POSIX signals to processes of ours: numbers as on Linux.</summary>
internal static partial class Signals
{
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    /// <exception cref="Win32Exception">It was not delivered.</exception>
    public static void Send(int processId, int signal)
    {
        if (Kill(processId, signal) != 0)
            throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int processId, int signal);
}
