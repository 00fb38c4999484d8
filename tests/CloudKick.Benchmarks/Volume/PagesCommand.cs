using System.CommandLine;
using System.Globalization;
using System.Net;
using CloudKick.Testing.Volume;

namespace CloudKick.Benchmarks.Volume;

/// <summary><c>pages</c>: how long every list, search and detail takes when much is stored.</summary>
internal static class PagesCommand
{
    private static readonly TimeSpan Bound = TimeSpan.FromMilliseconds(200);

    public static Command Create()
    {
        var terminals = new Option<int>("--terminals") { Description = "Terminals, a fifth of them one merchant's", DefaultValueFactory = _ => 100_000 };
        var kicks = new Option<long>("--kicks") { Description = "Stored kicks", DefaultValueFactory = _ => 10_000_000 };
        var days = new Option<int>("--days") { Description = "Over how many days they are spread", DefaultValueFactory = _ => 30 };
        var times = new Option<int>("--times") { Description = "How often each is asked, in rounds", DefaultValueFactory = _ => 20 };
        var data = new Option<string?>("--data") { Description = "Keeps the filled database in this directory, and uses it again as it is" };
        var slowest = new Option<int>("--slowest") { Description = "Shows only so many, the slowest; 0: all", DefaultValueFactory = _ => 0 };

        var command = new Command("pages", "Server time of every list, search and detail, as a page and over the API, with millions of kicks stored.")
        {
            terminals, kicks, days, times, data, slowest,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(
            new VolumeOptions { Terminals = parsed.GetValue(terminals), Kicks = parsed.GetValue(kicks), Days = parsed.GetValue(days) },
            parsed.GetValue(times), parsed.GetValue(data), parsed.GetValue(slowest), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(VolumeOptions options, int times, string? data, int slowest, CancellationToken cancellationToken)
    {
        await using var database = await VolumeDatabase.StartAsync(data, options, Progress, cancellationToken);
        await using var relay = await RelayProcess.StartAsync(database.Relay, cancellationToken);
        using var readers = await VolumeReaders.SignInAsync(relay.Address, database.Owner, database.Merchants, cancellationToken);
        Look[] looks =
        [
            .. database.Merchants.SelectMany(merchant => Looks.AtPages(merchant, Reader.Admin)), .. Looks.AtPages(database.Merchants[0], Reader.Support),
            .. database.Merchants.SelectMany(Looks.OverApi), .. Looks.AtPlatform(database.Merchants[0]),
        ];

        var took = looks.ToDictionary(look => look, _ => new List<TimeSpan>(times));
        // The first round makes the relay compile what it runs and PostgreSQL read what it needs.
        for (var round = 0; round <= times; round++)
        {
            Progress(round == 0 ? $"warming up with {looks.Length} lists, searches and details" : $"round {round}");
            foreach (var look in looks)
            {
                var (status, text, time) = await readers.OpenAsync(look, cancellationToken);
                if (status != HttpStatusCode.OK)
                    throw new BenchmarkException($"{look.Path} as {look.Reader}: {status} {text}");
                if (round > 0)
                    took[look].Add(time);
            }
        }

        var results = took.Select(pair => new PageTime(pair.Key, Size(database.Merchants, pair.Key), pair.Value)).OrderByDescending(time => time.P95).ToArray();
        var over = results.Where(result => result.P95 > Bound).ToArray();
        Console.WriteLine($"{Environment.ProcessorCount} cores; .NET {Environment.Version}; {database.Description}; each {times} times");
        Console.WriteLine(PageTable.Format(slowest == 0 ? results : results.Take(slowest)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{results.Length} lists, searches and details; {over.Length} with a p95 over {Bound.TotalMilliseconds} ms; the slowest p95 is {results[0].P95.TotalMilliseconds:0.0} ms."));
        return over.Length == 0 ? 0 : 1;
    }

    private static string Size(IReadOnlyList<VolumeMerchant> merchants, Look look) => look.Merchant is not { } merchant ? "all"
        : merchant == merchants[0] ? "largest" : merchant == merchants[^1] ? "small" : "middle";

    private static void Progress(string line) => Console.Error.WriteLine(line);
}
