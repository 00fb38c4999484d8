using CloudKick.Faults.Load;
using CloudKick.Faults.Stage;
using CloudKick.LocalCloud;
using CloudKick.Terminal;
using CloudKick.Testing;
using CloudKick.Testing.Certificates;

namespace CloudKick.Faults.Tests.Experiments;

/// <summary>The cloud's name does not resolve, or one of the two does not trust the other.</summary>
[Patience]
internal sealed class CloudLinkTests
{
    private const int TtlSeconds = 20;
    private const string Host = "CloudKick:Mqtt:Host";

    // A relay whose cloud is not on loopback refuses to send terminals to a TAS that is.
    private const string TasHost = "CloudKick:Tas:PublicHost";

    [Test]
    public async Task Relay_whose_cloud_does_not_resolve_says_so_and_publishes_when_it_does(CancellationToken cancellationToken)
    {
        using var directory = new TemporaryDirectory();
        var hosts = directory.Combine("hosts");
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

        await Health.BlamesTransportAsync(node, cancellationToken, CertificateAuthority.EndpointName);
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

    [TestCase("another authority", "partial chain|unable to get|self-signed|self signed|untrusted")]
    [TestCase("another name", "it is not for 'elsewhere.test'")]
    [TestCase("a certificate that has expired", "expired")]
    public async Task Cloud_that_cannot_be_trusted_gets_no_kick_and_health_says_why(string what, string cause, CancellationToken cancellationToken)
    {
        using var others = new TestCertificates();
        using var directory = new TemporaryDirectory();
        var settings = what switch
        {
            "another authority" => new Dictionary<string, string> { ["CloudKick:Mqtt:CaFile"] = others.WritePem(directory.Path, others.IssueServer()).Authority },
            "another name" => new Dictionary<string, string> { [Host] = "elsewhere.test", [TasHost] = "tas.elsewhere.test" },
            _ => [],
        };
        await using var world = await World.StartAsync(
            new WorldOptions { Seed = Run.Seed, Nodes = 1, Terminals = 2, StartsNodes = false, Settings = settings }, cancellationToken);
        var node = world.Nodes[0];
        var hosts = directory.Combine("hosts");
        await File.WriteAllTextAsync(hosts, "127.0.0.1 localhost elsewhere.test\n", cancellationToken);
        node.Launch(what.EndsWith("expired", StringComparison.Ordinal) ? FarAhead() : NameService.Of(hosts));
        using var till = Run.Till(world, ttlSeconds: 5);

        var words = await Health.BlamesTransportAsync(node, cancellationToken, "is not trusted");
        Assert.That(words, Does.Match($"(?i)The certificate of .* is not trusted: .*({cause})"));
        var kick = await till.KickAsync(world.Terminals[0], "untrusted", cancellationToken);

        await Run.JudgeAsync(world, 5, cancellationToken);
        var ended = await till.GetAsync(kick!.KickId!, cancellationToken);
        Assert.That((string?)ended["state"], Is.EqualTo("expired"));
        Assert.That((string?)ended["brokerOutcome"], Is.EqualTo("never_sent"));
    }

    // The server's certificate lives for a while; a node of the far future finds it expired.
    private static Dictionary<string, string> FarAhead() => new()
    {
        ["LD_PRELOAD"] = FakeTime.Library(),
        ["FAKETIME"] = "+4000d",
    };

    private static IEnumerable<string> ClientIds(World world) =>
        [.. world.Cloud.Control.ConnectedClientIds.Where(client => client.StartsWith("relay-", StringComparison.Ordinal))];
}
