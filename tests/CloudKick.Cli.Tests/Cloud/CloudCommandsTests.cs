using System.Security.Cryptography.X509Certificates;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using CloudKick.Cli.Tests.Local;
using CloudKick.LocalCloud;
using CloudKick.Mqtt;

namespace CloudKick.Cli.Tests.Cloud;

/// <summary>The commands against a LocalCloud that is announced as a <c>local</c>'s. What the faults do is tested with LocalCloud.</summary>
[CancelAfter(30_000)]
internal sealed class CloudCommandsTests
{
    private string _home = null!;
    private LocalCloudServer _cloud = null!;
    private IDisposable _announcement = null!;

    private LocalCloudControl Control => _cloud.Control;

    [SetUp]
    public async Task StartAsync()
    {
        _home = Directory.CreateTempSubdirectory("cloudkick-home-").FullName;
        var data = Path.Combine(_home, "local");
        _cloud = await LocalCloudServer.StartAsync(new LocalCloudOptions { Port = 0, DataDirectory = LocalSettings.CloudDirectoryIn(data) });
        var state = SampleState.Create(Environment.ProcessId, data);
        _announcement = new RunningLocals(new UserDirectory(_home)).Announce(state with { Iot = state.Iot with { Port = _cloud.Port, CaFile = _cloud.CaFile } });
    }

    [TearDown]
    public async Task StopAsync()
    {
        _announcement.Dispose();
        await _cloud.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    private static IEnumerable<TestCaseData> Orders =>
    [
        Case("delay relay-* --by 500ms --for 20s --times 3", new(CloudFaultKind.Delay, "relay-*") { Delay = TimeSpan.FromMilliseconds(500), Duration = TimeSpan.FromSeconds(20), Count = 3 }, "acknowledgements to relay-* come 500ms late, 3 more times, or until "),
        Case("drop relay-* --times 1", new(CloudFaultKind.Drop, "relay-*") { Count = 1 }, "acknowledgements to relay-* are dropped, 1 more time."),
        Case("refuse relay", new(CloudFaultKind.Refuse, "relay") { ReasonCode = MqttReasonCode.QuotaExceeded }, "messages from relay are refused: QuotaExceeded (0x97), until `cloudkick cloud reset`"),
        Case("refuse relay --reason not-authorized", new(CloudFaultKind.Refuse, "relay") { ReasonCode = MqttReasonCode.NotAuthorized }, "NotAuthorized (0x87)"),
        Case("discard NL000101", new(CloudFaultKind.Discard, "NL000101"), "messages to NL000101 are discarded"),
        Case("discard NL000101 --from", new(CloudFaultKind.Discard, "NL000101") { FromClients = true }, "messages from NL000101 are discarded"),
        Case("freeze * --for 1m", new(CloudFaultKind.Freeze, "*") { Duration = TimeSpan.FromMinutes(1) }, "connections of * are frozen, until "),
        Case("cut NL* --for 20s", new(CloudFaultKind.Cut, "NL*") { Duration = TimeSpan.FromSeconds(20) }, "connections of NL* are cut, until "),
    ];

    [TestCaseSource(nameof(Orders))]
    public async Task A_fault_is_ordered_and_said(string line, CloudFault expected, string said, CancellationToken cancellationToken)
    {
        var run = await RunAsync(line, cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(Control.Faults.Single().Fault, Is.EqualTo(expected));
        Assert.That(run.Out, Does.Contain("Fault 1: ").And.Contain(said));
    }

    [Test]
    public async Task With_json_the_fault_is_one_object(CancellationToken cancellationToken)
    {
        var run = await RunAsync("drop relay-* --times 2 --json", cancellationToken);

        Assert.That(run.Out.Trim(), Is.EqualTo("""{"id":1,"kind":"drop","clients":"relay-*","struck":0,"count":2}"""));
    }

    [Test]
    public async Task Cutting_once_leaves_nothing_in_force(CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync("NL000101", cancellationToken);

        var run = await RunAsync("cut NL000101", cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Out.Trim(), Is.EqualTo("1 connection of NL000101 cut."));
        Assert.That(Control.Faults, Is.Empty);
    }

    [Test]
    public async Task There_must_be_something_to_cut(CancellationToken cancellationToken)
    {
        var run = await RunAsync("cut NL000999", cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Refused));
        Assert.That(run.Error, Does.Contain("No client like NL000999 is connected.").And.Contain("cloudkick cloud status"));
    }

    [Test]
    public async Task Frozen_connections_thaw(CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync("NL000101", cancellationToken);

        var freeze = await RunAsync("freeze NL000101", cancellationToken);
        Assert.That(Control.IsFrozen("NL000101"), Is.True);
        var thaw = await RunAsync("thaw", cancellationToken);
        var again = await RunAsync("thaw NL*", cancellationToken);

        Assert.That(freeze.Out, Does.Contain("1 connection so far."));
        Assert.That(thaw.Out.Trim(), Is.EqualTo("1 connection goes on."));
        Assert.That(again.Out.Trim(), Is.EqualTo("No connection was frozen."));
        Assert.That(Control.IsFrozen("NL000101"), Is.False);
    }

    [Test]
    public async Task The_status_shows_clients_and_faults(CancellationToken cancellationToken)
    {
        await using var client = await ConnectAsync("NL000101", cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, "NL*") { Count = 1 });
        Control.Order(new CloudFault(CloudFaultKind.Drop, "relay-*"));

        var people = await RunAsync("status", cancellationToken);
        var others = await RunAsync("status --clients BE*", cancellationToken);
        var program = (await RunAsync("status --json", cancellationToken)).JsonLines.Single();

        Assert.That(people.ExitCode, Is.EqualTo(ExitCode.Done), people.Error);
        Assert.That(people.Out, Does.Contain("1 connected.").And.Match("NL000101 +0 +frozen").And.Match("1 +connections of NL\\* are frozen +1 +until `cloudkick cloud thaw`").And.Match("2 +acknowledgements to relay-\\* are dropped +0"));
        Assert.That(others.Out, Does.Contain("1 connected.").And.Not.Contain("NL000101"));
        Assert.That(program.GetProperty("clients")[0].GetProperty("clientId").GetString(), Is.EqualTo("NL000101"));
        Assert.That(program.GetProperty("faults").GetArrayLength(), Is.EqualTo(2));
    }

    [Test]
    public async Task Reset_withdraws_one_or_all(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 3; i++) Control.Order(new CloudFault(CloudFaultKind.Drop, "relay-*"));

        var one = await RunAsync("reset 2", cancellationToken);
        Assert.That(Control.Faults.Select(fault => fault.Id), Is.EqualTo(new[] { 1, 3 }));
        var again = await RunAsync("reset 2", cancellationToken);
        var all = await RunAsync("reset", cancellationToken);

        Assert.That((one.ExitCode, again.ExitCode, all.ExitCode), Is.EqualTo((ExitCode.Done, ExitCode.Refused, ExitCode.Done)));
        Assert.That(again.Error, Does.Contain("No fault 2 is in force."));
        Assert.That(Control.Faults, Is.Empty);
    }

    [TestCase("delay relay-*", "--by")]
    [TestCase("delay relay-* --by 5", "500ms, 20s or 2m")]
    [TestCase("delay relay-* --by 2h", "at most 1h")]
    [TestCase("drop", "CLIENT_ID")]
    [TestCase("drop x --times 0", "--times must be at least 1")]
    [TestCase("drop x --for soon", "soon")]
    [TestCase("refuse x --reason because", "because")]
    public async Task A_wrong_order_says_what_is_wrong(string line, string fault, CancellationToken cancellationToken)
    {
        var run = await RunAsync(line, cancellationToken);

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Usage));
        Assert.That(run.Error, Does.Contain(fault).And.Contain($"cloudkick cloud {line.Split(' ')[0]} --help"));
    }

    [Test]
    public async Task Without_a_local_it_says_how_to_get_one(CancellationToken cancellationToken)
    {
        _announcement.Dispose();

        var none = await RunAsync("status", cancellationToken);
        var elsewhere = await RunAsync($"status --data {Path.Combine(_home, "other")}", cancellationToken);

        Assert.That((none.ExitCode, elsewhere.ExitCode), Is.EqualTo((ExitCode.Unavailable, ExitCode.Unavailable)));
        Assert.That(none.Error, Does.Contain("cloudkick local"));
        Assert.That(elsewhere.Error, Does.Contain("other"));
    }

    [Test]
    public async Task A_lost_token_is_told(CancellationToken cancellationToken)
    {
        File.Delete(_cloud.ControlTokenFile);
        var gone = await RunAsync("status", cancellationToken);
        await File.WriteAllTextAsync(_cloud.ControlTokenFile, "another", cancellationToken);
        var wrong = await RunAsync("status", cancellationToken);

        Assert.That((gone.ExitCode, wrong.ExitCode), Is.EqualTo((ExitCode.Unavailable, ExitCode.Refused)));
        Assert.That(gone.Error, Does.Contain("control.token").And.Contain("start it again"));
        Assert.That(wrong.Error, Does.Contain("control.token"));
    }

    private static TestCaseData Case(string line, CloudFault fault, string said) => new TestCaseData(line, fault, said).SetArgDisplayNames(line);

    private Task<Invocation> RunAsync(string line, CancellationToken cancellationToken) =>
        Invocation.RunAsync(["cloud", .. line.Split(' ')], cancellationToken, ("CLOUDKICK_HOME", _home));

    private async Task<MqttClient> ConnectAsync(string terminalId, CancellationToken cancellationToken)
    {
        var roots = new X509Certificate2Collection();
        roots.ImportFromPemFile(_cloud.CaFile);
        var tls = new MqttTlsOptions
        {
            ServerName = "localhost", ApplicationProtocols = ["x-amzn-mqtt-ca"], TrustedRoots = roots,
            ClientCertificate = _cloud.IssueDeviceCertificate(terminalId).ToX509Certificate(),
        };
        var client = new MqttClient(new MqttClientOptions { Endpoint = new MqttEndpoint("localhost", _cloud.Port) { Tls = tls }, ClientId = terminalId });
        await client.ConnectAsync(cancellationToken);
        return client;
    }
}
