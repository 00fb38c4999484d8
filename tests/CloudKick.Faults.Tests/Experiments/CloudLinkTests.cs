using System.Text.Json.Nodes;
using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.LocalCloud;
using CloudKick.Terminal;
using CloudKick.Testing;
using CloudKick.Testing.Certificates;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>The cloud's name does not resolve, or one of the two does not trust the other.</summary>
[CancelAfter(Size.Patience)]
internal sealed class CloudLinkTests
{
    private const int TtlSeconds = 20;
    private const string Host = "CloudKick:Mqtt:Host";

    // A relay whose cloud is not on loopback refuses to send terminals to a TAS that is.
    private const string TasHost = "CloudKick:Tas:PublicHost";
    private static readonly TimeSpan HealthTimeout = TimeSpan.FromSeconds(60);

    [Test]
    public async Task Relay_whose_cloud_does_not_resolve_says_so_and_publishes_when_it_does(CancellationToken cancellationToken)
    {
        var hosts = Path.Combine(Path.GetTempPath(), $"cloudkick-hosts-{Environment.ProcessId}");
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost\n", cancellationToken);
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 10, StartsNodes = false,
                Settings = new Dictionary<string, string> { [Host] = CertificateAuthority.EndpointName, [TasHost] = "tas.cloudkick.test" },
                Environment = NameService.Of(hosts),
            },
            cancellationToken);
        var node = world.Nodes[0];
        node.Launch();
        await world.PlayAsync(
            world.Terminals,
            terminal => terminal with { Behaviour = TerminalBehaviour.DropsSession, BehaviourDelay = TimeSpan.FromMilliseconds(200), TasHost = "127.0.0.1" },
            cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await HealthSaysAsync(node, CertificateAuthority.EndpointName, cancellationToken);
        var waiting = await till.KickAsync(world.Terminals[0], "unresolved", cancellationToken);
        world.History.Fault("the name resolves");
        await File.AppendAllTextAsync(hosts, $"127.0.0.1 {CertificateAuthority.EndpointName}\n", cancellationToken);
        await node.WaitUntilReadyAsync(cancellationToken);
        world.History.Fault("the name does not resolve any more");
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost\n", cancellationToken);
        var meanwhile = await till.KickAsync(world.Terminals[1], "while-up", cancellationToken);

        Assert.That(waiting!.Text, Is.EqualTo("accepted"));
        Assert.That(meanwhile!.Text, Is.AnyOf("published", "delivered", "connected"), "the connections that are there stay");
        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
        Assert.That(await world.ScalarAsync<long>("select count(*) from kicks where state = 'connected'", cancellationToken), Is.EqualTo(2));
        File.Delete(hosts);
    }

    [Test]
    public async Task Certificate_that_is_replaced_under_load_loses_nothing(CancellationToken cancellationToken)
    {
        await using var world = await World.StartAsync(
            new WorldOptions
            {
                Seed = Run.Seed, Nodes = 1, Terminals = 60,
                Settings = new Dictionary<string, string> { ["CloudKick:Mqtt:CertificateCheckInterval"] = "00:00:01" },
            },
            cancellationToken);
        await world.PlayBriefSessionsAsync(cancellationToken);
        using var till = Run.Till(world, TtlSeconds);

        await Run.UnderLoadAsync(
            new KickLoad(till, world.Terminals) { UnderWay = 8, Pause = TimeSpan.FromMilliseconds(20) }, 100,
            async () =>
            {
                var before = ClientIds(world);
                world.Cloud.IssueDeviceCertificate("relay").WriteTo(world.CertificateDirectory);
                world.History.Fault("the certificate is replaced");
                await Eventually.HoldsAsync(() => ClientIds(world).Except(before).Any(), cancellationToken);
            },
            cancellationToken);

        await Run.JudgeAsync(world, TtlSeconds, cancellationToken);
    }

    [TestCase("another authority")]
    [TestCase("another name")]
    [TestCase("a certificate that has expired")]
    public async Task Cloud_that_cannot_be_trusted_gets_no_kick_and_health_says_why(string what, CancellationToken cancellationToken)
    {
        using var others = new TestCertificates();
        var directory = Directory.CreateTempSubdirectory("cloudkick-others-").FullName;
        var settings = what switch
        {
            "another authority" => new Dictionary<string, string> { ["CloudKick:Mqtt:CaFile"] = others.WritePem(directory, others.IssueServer()).Authority },
            "another name" => new Dictionary<string, string> { [Host] = "elsewhere.test", [TasHost] = "tas.elsewhere.test" },
            _ => [],
        };
        await using var world = await World.StartAsync(
            new WorldOptions { Seed = Run.Seed, Nodes = 1, Terminals = 2, StartsNodes = false, Settings = settings }, cancellationToken);
        var node = world.Nodes[0];
        var hosts = Path.Combine(directory, "hosts");
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost elsewhere.test\n", cancellationToken);
        node.Launch(what.EndsWith("expired", StringComparison.Ordinal) ? FarAhead() : NameService.Of(hosts));
        using var till = Run.Till(world, ttlSeconds: 5);

        await HealthSaysAsync(node, "certificate", cancellationToken);
        var kick = await till.KickAsync(world.Terminals[0], "untrusted", cancellationToken);

        await Run.JudgeAsync(world, 5, cancellationToken);
        var ended = await till.GetAsync(kick!.KickId!, cancellationToken);
        Assert.That((string?)ended["state"], Is.EqualTo("expired"));
        Assert.That((string?)ended["brokerOutcome"], Is.EqualTo("never_sent"));
        Directory.Delete(directory, recursive: true);
    }

    // The server's certificate lives for a while; a node of the far future finds it expired.
    private static Dictionary<string, string> FarAhead() => new()
    {
        ["LD_PRELOAD"] = FakeTime.Library(),
        ["FAKETIME"] = "+4000d",
    };

    private static IEnumerable<string> ClientIds(World world) =>
        [.. world.Cloud.Control.ConnectedClientIds.Where(client => client.StartsWith("relay-", StringComparison.Ordinal))];

    private static async Task HealthSaysAsync(RelayNode node, string word, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(HealthTimeout);
        await Eventually.HoldsAsync(
            async () =>
            {
                if (!node.IsRunning)
                    throw new InvalidOperationException($"{node.Name} ended:\n{node.Log}");
                try
                {
                    using var answer = await client.GetAsync(new Uri(node.Http, "health/ready"), deadline.Token);
                    return JsonNode.Parse(await answer.Content.ReadAsStringAsync(deadline.Token))?["checks"]?["transport"]?.ToJsonString() ?? "";
                }
                catch (HttpRequestException)
                {
                    return "not up yet";
                }
            },
            health => health.Contains(word, StringComparison.OrdinalIgnoreCase),
            deadline.Token);
    }
}
