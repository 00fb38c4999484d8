using System.CommandLine;
using System.Globalization;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;

namespace CloudKick.Benchmarks.Fleet;

/// <summary>
/// Terminals as a broker sees them: connections over mutual TLS, each subscribed to its own topic. Says how many could not connect, then
/// answers <c>connected</c> with how many are connected, and a number with itself once that many messages have come.
/// </summary>
internal static class FleetWorker
{
    public const string Name = "worker-fleet";
    public const string Connected = "connected";

    private const int AtOnce = 16;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromMinutes(20);

    public static Command Create()
    {
        var port = new Argument<int>("port");
        var identities = new Argument<string>("identities") { Description = "Directory of LocalCloud's authority, or of one identity for all" };
        var first = new Argument<int>("first");
        var count = new Argument<int>("count");
        var command = new Command(Name) { port, identities, first, count };
        command.Hidden = true;
        command.SetAction((parsed, cancellationToken) => RunAsync(
            parsed.GetValue(port), Identities.Open(parsed.GetValue(identities)!), parsed.GetValue(first), parsed.GetValue(count), cancellationToken));
        return command;
    }

    public static string Terminal(int number) => string.Create(CultureInfo.InvariantCulture, $"T{number:D9}");

    public static string Topic(string terminal) => $"NL-CAT/{terminal}";

    private static async Task RunAsync(int port, Identities identities, int first, int count, CancellationToken cancellationToken)
    {
        using (identities)
        {
            var arrivals = new Arrivals();
            var clients = new MqttClient?[count];
            await Parallel.ForEachAsync(
                Enumerable.Range(0, count),
                new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken },
                async (index, token) => clients[index] = await ConnectAsync(identities.Endpoint(port, Terminal(first + index)), Terminal(first + index), arrivals, token));
            Console.WriteLine(clients.Count(client => client is null));
            while (await Console.In.ReadLineAsync(cancellationToken) is { } question)
            {
                if (question == Connected)
                {
                    Console.WriteLine(clients.Count(client => client?.State == MqttClientState.Connected));
                    continue;
                }
                await arrivals.WaitAsync(long.Parse(question, CultureInfo.InvariantCulture), cancellationToken);
                Console.WriteLine(question);
            }
        }
    }

    private static async Task<MqttClient?> ConnectAsync(MqttEndpoint endpoint, string terminal, Arrivals arrivals, CancellationToken cancellationToken)
    {
        var client = new MqttClient(new MqttClientOptions
        {
            Endpoint = endpoint,
            ClientId = terminal,
            KeepAlive = KeepAlive,
            ConnectTimeout = ConnectTimeout,
            SubscribeTimeout = ConnectTimeout,
            MessageReceived = (_, _) =>
            {
                arrivals.Add();
                return ValueTask.CompletedTask;
            },
        });
        try
        {
            await client.ConnectAsync(cancellationToken);
            var granted = await client.SubscribeAsync([new MqttSubscription(Topic(terminal), MqttQualityOfService.AtLeastOnce)], cancellationToken);
            if (!granted[0].IsFailure())
                return client;
            await Console.Error.WriteLineAsync($"{terminal}: {granted[0]}");
        }
        catch (MqttException exception)
        {
            await Console.Error.WriteLineAsync($"{terminal}: {exception.Message}");
        }
        await client.DisposeAsync();
        return null;
    }

    /// <summary>Counts messages, and tells when enough have come. Thread-safe; one waits at a time.</summary>
    private sealed class Arrivals
    {
        private readonly Lock _lock = new();
        private long _count;
        private long _wanted = long.MaxValue;
        private TaskCompletionSource _enough = new();

        public void Add()
        {
            lock (_lock)
            {
                if (++_count >= _wanted)
                    _enough.TrySetResult();
            }
        }

        public Task WaitAsync(long wanted, CancellationToken cancellationToken)
        {
            lock (_lock)
            {
                _wanted = wanted;
                _enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_count >= wanted)
                    _enough.SetResult();
                return _enough.Task.WaitAsync(cancellationToken);
            }
        }
    }
}
