using System.Diagnostics;

/// <summary>
/// Runs inside a node's process (<c>DOTNET_STARTUP_HOOKS</c>) and ends it when whoever started it is gone, killed perhaps: its standard input ends
/// then. The runtime wants this name in no namespace.
/// </summary>
#pragma warning disable CA1050
internal static class StartupHook
{
    public static void Initialize() => new Thread(EndWithInput) { IsBackground = true, Name = "experiment" }.Start();

    private static void EndWithInput()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }
        Process.GetCurrentProcess().Kill();
    }
}
