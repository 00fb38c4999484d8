using System.CommandLine;
using System.Globalization;
using CloudKick.LocalCloud;

namespace CloudKick.Benchmarks.Fleet;

/// <summary>LocalCloud alone in a process. Says its port, then, for each line, the bytes of its managed heap that are in use.</summary>
internal static class CloudWorker
{
    public const string Name = "worker-cloud";

    public static Command Create()
    {
        var directory = new Argument<string>("directory");
        var command = new Command(Name) { directory };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(directory)!, cancellationToken));
        return command;
    }

    private static async Task RunAsync(string directory, CancellationToken cancellationToken)
    {
        var options = new LocalCloudOptions { Port = 0, DataDirectory = directory, Quotas = LocalCloudQuotas.None };
        await using var cloud = await LocalCloudServer.StartAsync(options, cancellationToken: cancellationToken);
        Console.WriteLine(cloud.Port.ToString(CultureInfo.InvariantCulture));
        while (await Console.In.ReadLineAsync(cancellationToken) is not null)
            Console.WriteLine(GC.GetTotalMemory(forceFullCollection: true).ToString(CultureInfo.InvariantCulture));
    }
}
