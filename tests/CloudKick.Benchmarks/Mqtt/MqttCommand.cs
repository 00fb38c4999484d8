using System.CommandLine;
using System.Text.Json;
using CloudKick.Benchmarks.Stage;

namespace CloudKick.Benchmarks.Mqtt;

/// <summary><c>mqtt</c>: our client and libmosquitto publish to the same Mosquitto.</summary>
internal static class MqttCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan FirstWarmUp = TimeSpan.FromSeconds(3);

    public static Command Create()
    {
        var rounds = new Option<int>("--rounds") { Description = "How often each is measured; the table shows medians", DefaultValueFactory = _ => 5 };
        var seconds = new Option<int>("--seconds") { Description = "How long each run takes", DefaultValueFactory = _ => 5 };
        var inFlight = new Option<int>("--in-flight") { Description = "Messages under way at once", DefaultValueFactory = _ => 64 };
        var payload = new Option<int>("--payload") { Description = "Bytes of a message", DefaultValueFactory = _ => 200 };
        var over = new Option<string?>("--over") { Description = "Only over this: tcp or tls" };
        over.AcceptOnlyFromAmong("tcp", "tls");
        var json = new Option<bool>("--json") { Description = "One JSON object per round on standard output instead of the table" };
        var command = new Command("mqtt", "QoS 1 messages per second, latency and CPU of our MQTT client, beside libmosquitto on the same broker.")
        {
            rounds, seconds, inFlight, payload, over, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await Needs.EnsureAsync([("mosquitto", "mosquitto"), (Libmosquitto.Path, Libmosquitto.Package)], cancellationToken);
            await using var broker = await UnlimitedBroker.StartAsync(cancellationToken);
            var directory = Directory.CreateTempSubdirectory("cloudkick-benchmark-");
            try
            {
                var plain = new Target
                {
                    Name = "tcp",
                    Port = broker.Port,
                    BrokerProcessId = broker.ProcessId,
                    InFlight = parsed.GetValue(inFlight),
                    Payload = new byte[parsed.GetValue(payload)],
                };
                var secure = plain with { Name = "tls", Port = broker.TlsPort, Tls = TargetTls.Issue(broker, directory.FullName) };
                Target[] targets = [.. new[] { plain, secure }.Where(target => parsed.GetValue(over) is not { } only || only == target.Name)];
                var measurements = await MeasureAsync(targets, parsed.GetValue(rounds), TimeSpan.FromSeconds(parsed.GetValue(seconds)), cancellationToken);
                Print(measurements, parsed.GetValue(json), plain);
            }
            finally
            {
                directory.Delete(recursive: true);
            }
        });
        return command;
    }

    /// <summary>The clients take turns, and begin in turn.</summary>
    private static async Task<IReadOnlyList<MqttMeasurement>> MeasureAsync(
        Target[] targets, int rounds, TimeSpan duration, CancellationToken cancellationToken)
    {
        IPublisher[] publishers = [new OurPublisher(), new LibmosquittoPublisher()];
        foreach (var target in targets)
            await publishers[0].RunAsync(target, FirstWarmUp, TimeSpan.FromSeconds(1), cancellationToken);
        var measurements = new List<MqttMeasurement>();
        for (var round = 1; round <= rounds; round++)
        {
            foreach (var target in targets)
            {
                var runs = new PublishRun[publishers.Length];
                foreach (var turn in round % 2 == 1 ? [0, 1] : new[] { 1, 0 })
                    runs[turn] = await publishers[turn].RunAsync(target, WarmUp, duration, cancellationToken);
                measurements.Add(new MqttMeasurement(target.Name, round, runs[0], runs[1]));
                await Console.Error.WriteLineAsync(FormattableString.Invariant(
                    $"round {round}, {target.Name}: ours {runs[0].MessagesPerSecond:0}/s, libmosquitto {runs[1].MessagesPerSecond:0}/s"));
            }
        }
        return measurements;
    }

    private static void Print(IReadOnlyList<MqttMeasurement> measurements, bool json, Target target)
    {
        if (json)
        {
            foreach (var measured in measurements)
                Console.WriteLine(JsonSerializer.Serialize(measured, Json));
            return;
        }
        Console.WriteLine(FormattableString.Invariant(
            $"{Environment.ProcessorCount} cores; .NET {Environment.Version}; {target.InFlight} in flight, {target.Payload.Length} bytes, QoS 1"));
        Console.WriteLine(MqttTable.Format(measurements));
    }
}
