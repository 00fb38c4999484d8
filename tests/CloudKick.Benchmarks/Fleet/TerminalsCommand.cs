using System.CommandLine;
using CloudKick.Benchmarks.Stage;
using CloudKick.Testing;

namespace CloudKick.Benchmarks.Fleet;

/// <summary><c>terminals</c>: what connected terminals cost LocalCloud.</summary>
internal static class TerminalsCommand
{
    // Files, pipes and sockets that the runtime opens as it goes.
    private const int SpareDescriptors = 100;
    private const double Mebibyte = 1024 * 1024;
    private const double Kibibyte = 1024;

    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(15);

    public static Command Create()
    {
        var terminals = new Option<int>("--terminals") { Description = "How many connect, over mutual TLS", DefaultValueFactory = _ => 20_000 };
        var processes = new Option<int>("--processes") { Description = "Over how many processes they are spread", DefaultValueFactory = _ => 2 };
        var command = new Command("terminals", "Memory and CPU of LocalCloud with many terminals connected over TLS.") { terminals, processes };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(terminals), parsed.GetValue(processes), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int wanted, int processes, CancellationToken cancellationToken)
    {
        await using var cloud = await CloudProcess.StartAsync(cancellationToken);
        var (limit, own) = (Descriptors.Limit(cloud.Id), Descriptors.InUse(cloud.Id));
        var terminals = Math.Min(wanted, limit - own - SpareDescriptors);
        if (terminals < wanted)
            Say($"A process may have {limit} file descriptors here (ulimit -Hn); LocalCloud has {own}, and needs one for each connection: {terminals} terminals, not {wanted}.");

        var managedBefore = await cloud.ManagedBytesAsync(cancellationToken);
        var before = ProcessUsage.ResidentBytes(cloud.Id);
        var clock = TimeProvider.System;
        var started = clock.GetTimestamp();
        await using var fleet = await TerminalFleet.StartAsync(cloud.Port, cloud.Directory, terminals, processes, cancellationToken);
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        var cpuToConnect = ProcessUsage.CpuSeconds(cloud.Id);
        var connected = ProcessUsage.ResidentBytes(cloud.Id);

        await Task.Delay(Idle, cancellationToken);
        var cpuIdle = ProcessUsage.CpuSeconds(cloud.Id) - cpuToConnect;
        var managed = await cloud.ManagedBytesAsync(cancellationToken);
        var collected = ProcessUsage.ResidentBytes(cloud.Id);

        Say($"{Environment.ProcessorCount} cores; .NET {Environment.Version}; {await fleet.ConnectedAsync(cancellationToken)} of {terminals} terminals connected over TLS and subscribed");
        Say($"connecting    {seconds:0} s, {terminals / seconds:0}/s; LocalCloud used {cpuToConnect / terminals * 1000:0.00} s of CPU per 1,000");
        Say($"resident      {connected / Mebibyte:0} MiB, {(connected - before) / Kibibyte / terminals:0.0} KiB a terminal, beside {before / Mebibyte:0} MiB without any");
        Say($"after idling  {collected / Mebibyte:0} MiB, {(collected - before) / Kibibyte / terminals:0.0} KiB a terminal, of which {(managed - managedBefore) / Kibibyte / terminals:0.0} KiB managed objects");
        Say($"idle          {cpuIdle / Idle.TotalSeconds * 100:0.0} % of a core");
    }

    private static void Say(FormattableString line) => Console.WriteLine(FormattableString.Invariant(line));
}
