using System.CommandLine;
using CloudKick.Benchmarks.Stage;

namespace CloudKick.Benchmarks.Fleet;

/// <summary><c>fanout</c>: a kick to each of many terminals, through LocalCloud and through Mosquitto.</summary>
internal static class FanOutCommand
{
    public static Command Create()
    {
        var terminals = new Option<int>("--terminals") { Description = "Terminals connected to each broker, each kicked once a round", DefaultValueFactory = _ => 10_000 };
        var rounds = new Option<int>("--rounds") { Description = "How often; the table shows medians", DefaultValueFactory = _ => 5 };
        var command = new Command("fanout", "Kicks per second to connected terminals through LocalCloud, beside Mosquitto, both over TLS.") { terminals, rounds };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(terminals), parsed.GetValue(rounds), cancellationToken));
        return command;
    }

    private static async Task RunAsync(int terminals, int rounds, CancellationToken cancellationToken)
    {
        await Needs.EnsureAsync([("mosquitto", "mosquitto")], cancellationToken);
        await using var cloud = await CloudProcess.StartAsync(cancellationToken);
        await using var mosquitto = await UnlimitedBroker.StartAsync(cancellationToken);
        var identity = Directory.CreateTempSubdirectory("cloudkick-benchmark-");
        try
        {
            mosquitto.Certificates.WritePem(identity.FullName, mosquitto.Certificates.IssueClient("benchmark"));
            await Console.Error.WriteLineAsync($"connecting {terminals} terminals to each broker");
            await using var throughCloud = await FanOut.StartAsync("LocalCloud", cloud.Id, cloud.Port, cloud.Directory, terminals, cancellationToken);
            await using var throughMosquitto = await FanOut.StartAsync("Mosquitto", mosquitto.ProcessId, mosquitto.TlsPort, identity.FullName, terminals, cancellationToken);
            var measurements = await MeasureAsync([throughCloud, throughMosquitto], rounds, cancellationToken);
            Console.WriteLine(FormattableString.Invariant($"{Environment.ProcessorCount} cores; .NET {Environment.Version}; {terminals} terminals, TLS, QoS 1 both ways"));
            Console.WriteLine(FanOutTable.Format(measurements));
        }
        finally
        {
            identity.Delete(recursive: true);
        }
    }

    private static async Task<IReadOnlyList<FanOutRun>> MeasureAsync(FanOut[] brokers, int rounds, CancellationToken cancellationToken)
    {
        foreach (var broker in brokers)
            await broker.RunAsync(cancellationToken);
        var runs = new List<FanOutRun>();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var broker in round % 2 == 1 ? brokers : brokers.Reverse())
            {
                var run = await broker.RunAsync(cancellationToken);
                await Console.Error.WriteLineAsync(FormattableString.Invariant($"round {round}, {run.Broker}: {run.KicksPerSecond:0} kicks/s"));
                runs.Add(run);
            }
        }
        return runs;
    }
}
