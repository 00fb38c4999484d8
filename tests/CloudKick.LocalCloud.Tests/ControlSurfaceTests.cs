using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using CloudKick.Mqtt;
using CloudKick.Mqtt.Packets;

namespace CloudKick.LocalCloud.Tests;

/// <summary>The control surface over HTTPS. What the faults do is in FaultTests and ConnectionFaultTests.</summary>
[CancelAfter(20_000)]
internal sealed class ControlSurfaceTests : CloudFixture
{
    private static readonly MqttMessage Kick = Message(KickTopic, "kick") with { QualityOfService = MqttQualityOfService.AtLeastOnce };

    private HttpClient _http = null!;

    [SetUp]
    public async Task OpenAsync()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509CertificateLoader.LoadCertificateFromFile(Cloud.Server.CaFile));
        _http = new HttpClient(new SocketsHttpHandler { SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy } })
        {
            BaseAddress = new Uri($"https://localhost:{Cloud.Server.Port}/_localcloud/"),
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (await File.ReadAllTextAsync(Cloud.Server.ControlTokenFile)).Trim());
    }

    [TearDown]
    public void Close() => _http.Dispose();

    [Test]
    public void Only_the_owner_can_read_the_token()
    {
        if (!OperatingSystem.IsWindows())
            Assert.That(File.GetUnixFileMode(Cloud.Server.ControlTokenFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("0000000000000000000000000000000000000000000000000000000000000000")]
    public async Task Nobody_comes_in_without_it(string? token, CancellationToken cancellationToken)
    {
        _http.DefaultRequestHeaders.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

        var (status, answer) = await SendAsync(HttpMethod.Delete, "faults", null, cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That(answer.GetProperty("message").GetString(), Does.Contain("control.token"));
    }

    [Test]
    public async Task The_status_tells_who_is_connected_what_was_ordered_and_what_was_done(CancellationToken cancellationToken)
    {
        await ConnectAsync(Terminal, cancellationToken);
        await (await ConnectAsync(Relay, cancellationToken)).PublishAsync(Kick, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, Terminal) { Count = 2, Duration = TimeSpan.FromMinutes(1) });

        var (status, all) = await SendAsync(HttpMethod.Get, "status", null, cancellationToken);
        var (_, some) = await SendAsync(HttpMethod.Get, "status?clients=relay-*", null, cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(all.GetProperty("connected").GetInt32(), Is.EqualTo(2));
        Assert.That(all.GetProperty("clients").ToString(), Is.EqualTo("""[{"clientId":"NL000123","frozen":true,"queued":0},{"clientId":"relay-a-1","frozen":false,"queued":0}]"""));
        Assert.That(all.GetProperty("faults").ToString(), Is.EqualTo("""[{"id":1,"kind":"freeze","clients":"NL000123","struck":1,"count":2,"endsAt":"2026-11-21T12:01:00+00:00"}]"""));
        Assert.That(all.GetProperty("messages").GetProperty("published").GetInt64(), Is.EqualTo(1));
        Assert.That(some.GetProperty("clients").EnumerateArray().Select(client => client.GetProperty("clientId").GetString()), Is.EqualTo(new[] { Relay }));
    }

    [Test]
    public async Task A_fault_is_ordered_strikes_and_is_withdrawn(CancellationToken cancellationToken)
    {
        var relay = await ConnectAsync(Relay, cancellationToken);

        var (status, ordered) = await SendAsync(HttpMethod.Post, "faults", """{"kind":"refuse","clients":"relay-*","reasonCode":135}""", cancellationToken);
        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.NotAuthorized));
        var (withdrawn, _) = await SendAsync(HttpMethod.Delete, $"faults/{ordered.GetProperty("id")}", null, cancellationToken);
        var (again, _) = await SendAsync(HttpMethod.Delete, $"faults/{ordered.GetProperty("id")}", null, cancellationToken);

        Assert.That((status, withdrawn, again), Is.EqualTo((HttpStatusCode.Created, HttpStatusCode.NoContent, HttpStatusCode.NotFound)));
        Assert.That(ordered.ToString(), Is.EqualTo("""{"id":1,"kind":"refuse","clients":"relay-*","struck":0,"reasonCode":135}"""));
        Assert.That(await relay.PublishAsync(Kick, cancellationToken), Is.EqualTo(MqttReasonCode.Success));
    }

    [Test]
    public async Task Every_kind_can_be_ordered_and_all_are_reset(CancellationToken cancellationToken)
    {
        string[] orders =
        [
            """{"kind":"cut","clients":"x","count":3}""",
            """{"kind":"freeze","clients":"x","durationMilliseconds":60000}""",
            """{"kind":"delay","clients":"x","delayMilliseconds":250}""",
            """{"kind":"drop","clients":"x"}""",
            """{"kind":"refuse","clients":"x"}""",
            """{"kind":"discard","clients":"x","fromClients":true}""",
        ];

        foreach (string order in orders)
            Assert.That((await SendAsync(HttpMethod.Post, "faults", order, cancellationToken)).Status, Is.EqualTo(HttpStatusCode.Created), order);
        Assert.That(Control.Faults.Select(fault => fault.Fault), Is.EqualTo(new CloudFault[]
        {
            new(CloudFaultKind.Cut, "x") { Count = 3 },
            new(CloudFaultKind.Freeze, "x") { Duration = TimeSpan.FromMinutes(1) },
            new(CloudFaultKind.Delay, "x") { Delay = TimeSpan.FromMilliseconds(250) },
            new(CloudFaultKind.Drop, "x"),
            new(CloudFaultKind.Refuse, "x"),
            new(CloudFaultKind.Discard, "x") { FromClients = true },
        }));
        var (reset, _) = await SendAsync(HttpMethod.Delete, "faults", null, cancellationToken);

        Assert.That(reset, Is.EqualTo(HttpStatusCode.NoContent));
        Assert.That(Control.Faults, Is.Empty);
    }

    [Test]
    public async Task Thawing_tells_how_many_connections_go_on(CancellationToken cancellationToken)
    {
        var terminal = await ConnectAsync(Terminal, cancellationToken);
        Control.Order(new CloudFault(CloudFaultKind.Freeze, "NL*"));

        var (_, none) = await SendAsync(HttpMethod.Post, "thaw", """{"clients":"BE*"}""", cancellationToken);
        var (_, one) = await SendAsync(HttpMethod.Post, "thaw", "{}", cancellationToken);
        await terminal.PingAsync(cancellationToken);

        Assert.That((none.GetProperty("connections").GetInt32(), one.GetProperty("connections").GetInt32()), Is.EqualTo((0, 1)));
    }

    [TestCase("""{"clients":"x"}""", "Say which kind")]
    [TestCase("""{"kind":"drop"}""", "Say whose")]
    [TestCase("""{"kind":"delay","clients":"x"}""", "Say by how much")]
    [TestCase("""{"kind":"drop","clients":"x","durationMilliseconds":99999999999}""", "at most 1 day")]
    [TestCase("""{"kind":"refuse","clients":"x","reasonCode":391}""", "0x80 or above")]
    [TestCase("""{"kind":"explode","clients":"x"}""", "$.kind")]
    [TestCase("""{"kind":"drop","clients":"x","times":3}""", "times")]
    [TestCase("""{""", "JSON")]
    [TestCase("""null""", "null")]
    public async Task A_wrong_order_is_told_what_is_wrong(string order, string message, CancellationToken cancellationToken)
    {
        var (status, answer) = await SendAsync(HttpMethod.Post, "faults", order, cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.BadRequest));
        Assert.That(answer.GetProperty("message").GetString(), Does.Contain(message));
    }

    [Test]
    public async Task More_faults_than_there_may_be_are_a_conflict(CancellationToken cancellationToken)
    {
        for (int i = 0; i < 1_000; i++) Control.Order(new CloudFault(CloudFaultKind.Drop, "nobody"));

        var (status, _) = await SendAsync(HttpMethod.Post, "faults", """{"kind":"drop","clients":"x"}""", cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Conflict));
    }

    [TestCase("GET", "")]
    [TestCase("GET", "nothing")]
    [TestCase("PUT", "faults")]
    public async Task Another_address_is_told_which_there_are(string method, string path, CancellationToken cancellationToken)
    {
        var (status, answer) = await SendAsync(new HttpMethod(method), path, null, cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.NotFound));
        Assert.That(answer.GetProperty("message").GetString(), Does.Contain("POST faults"));
    }

    private async Task<(HttpStatusCode Status, JsonElement Answer)> SendAsync(HttpMethod method, string path, string? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(path, UriKind.Relative)) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _http.SendAsync(request, cancellationToken);
        string answer = await response.Content.ReadAsStringAsync(cancellationToken);
        return (response.StatusCode, answer.Length == 0 ? default : JsonDocument.Parse(answer).RootElement);
    }
}
