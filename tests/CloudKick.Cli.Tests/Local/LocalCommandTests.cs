using System.Net;
using System.Net.Http.Json;
using System.Runtime.Versioning;
using System.Text.Json;
using CloudKick.Cli.CommandLine;
using CloudKick.Cli.Local;
using Dapper;
using Npgsql;

namespace CloudKick.Cli.Tests.Local;

/// <summary>One <c>local --ephemeral --json</c>, and what a developer does beside it.</summary>
[CancelAfter(60_000)]
[UnsupportedOSPlatform("windows")]
internal sealed class LocalCommandTests
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private CloudKickProcess _local = null!;
    private JsonElement _ready;

    private string ApiKey => Text("apiKey");

    private string RelayUrl => Text("relayUrl");

    [OneTimeSetUp]
    public async Task StartLocal()
    {
        using var deadline = new CancellationTokenSource(StartTimeout);
        _local = CloudKickProcess.Start(["local", "--ephemeral", "--json", "--http-port", "0", "--iot-port", "0", "--tas-port", "0", "--terminals", "4"]);
        _ready = JsonDocument.Parse(await _local.ReadLineAsync(deadline.Token)).RootElement;
    }

    [OneTimeTearDown]
    public async Task StopLocal() => await _local.DisposeAsync();

    [Test]
    public void One_line_tells_everything()
    {
        Assert.That(RelayUrl, Does.Match(@"^http://127\.0\.0\.1:\d+$"));
        Assert.That(ApiKey, Does.StartWith("ck_local_"));
        Assert.That(Text("adminKey"), Does.StartWith("ck_local_"));
        Assert.That(_ready.GetProperty("merchantId").GetGuid(), Is.Not.EqualTo(Guid.Empty));
        Assert.That(_ready.GetProperty("terminals").EnumerateArray().Select(id => id.GetString()), Is.EqualTo(["NL000101", "NL000102", "NL000103", "NL000104"]));
        Assert.That(_ready.GetProperty("iot").GetProperty("host").GetString(), Is.EqualTo("localhost"));
        Assert.That(_ready.GetProperty("iot").GetProperty("port").GetInt32(), Is.Positive);
        Assert.That(File.Exists(_ready.GetProperty("iot").GetProperty("caFile").GetString()), Is.True);
        Assert.That(_ready.GetProperty("tas").GetProperty("port").GetInt32(), Is.Positive);
        Assert.That(Text("database"), Does.Contain("Host=127.0.0.1"));
    }

    [Test]
    public async Task A_kick_by_http_connects(CancellationToken cancellationToken)
    {
        using var client = Client(ApiKey);
        var request = new { terminalId = "NL000101", managementSystemId = "GrundmasterNL", accessProtocol = "OPI_NL" };

        using var answer = await client.PostAsJsonAsync("/v1/kicks", request, cancellationToken);

        var kick = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        Assert.That(answer.StatusCode, Is.EqualTo(HttpStatusCode.Created), kick.ToString());
        Assert.That(kick.GetProperty("state").GetString(), Is.EqualTo("connected"), kick.ToString());
        Assert.That(kick.GetProperty("outcome").GetString(), Is.EqualTo("coupled"));
    }

    [Test]
    public async Task What_it_puts_into_its_database_is_in_the_audit_log(CancellationToken cancellationToken)
    {
        const string sql =
            """
            with made (chain, action, subject) as (
                select merchant_id, 'merchant.add', merchant_id::text from merchants
                union all select merchant_id, 'api-key.create', key_id from api_keys where label = 'cloudkick local'
                union all select merchant_id, 'user.invite', user_id::text from users
                union all select merchant_id, 'terminal.add', terminal_id from terminals where terminal_id like 'NL00010%'
                union all select merchant_id, 'whitelist.add', terminal_id from whitelist_entries where terminal_id like 'NL00010%'
            )
            select m.action || ' ' || m.subject, a.audit_id is not null
            from made m
            left join audit_log a on a.merchant_id is not distinct from m.chain and a.action = m.action and a.subject = m.subject and a.actor = 'cli'
                and a.before is null and a.after is not null
            """;
        await using var owner = new NpgsqlConnection(Text("database"));

        var made = (await owner.QueryAsync<(string What, bool IsLogged)>(new CommandDefinition(sql, cancellationToken: cancellationToken))).ToArray();

        Assert.That(made.Where(one => !one.IsLogged).Select(one => one.What), Is.Empty);
        Assert.That(made, Has.Length.EqualTo(13), "a merchant, two keys, two people, four terminals and their entries");
    }

    [Test]
    public async Task The_printed_curl_line_works_as_it_is(CancellationToken cancellationToken)
    {
        var state = _ready.Deserialize<LocalState>(JsonSerializerOptions.Web)!;

        var run = await CommandRun.RunAsync(["/bin/sh", "-c", LocalReport.Curl(state, "NL000102")], TimeSpan.FromSeconds(30), cancellationToken);

        Assert.That(run.ExitCode, Is.Zero, run.LastLine);
        Assert.That(JsonDocument.Parse(run.Output).RootElement.GetProperty("outcome").GetString(), Is.EqualTo("coupled"));
    }

    [Test]
    public async Task The_printed_line_for_the_AWS_CLI_names_what_is_there(CancellationToken cancellationToken)
    {
        var state = _ready.Deserialize<LocalState>(JsonSerializerOptions.Web)!;
        Assert.That(File.Exists("/usr/bin/python3"), Is.True, "Python is missing: apt-get install python3-boto3");
        // The AWS CLI is botocore with words for its arguments: the line, with botocore in its place.
        var line = LocalReport.Aws(state).Replace(" aws ", " /usr/bin/python3 -c 'import sys, boto3; print(boto3.client(\"iot\", region_name=sys.argv[2], endpoint_url=sys.argv[4]).list_things())' ", StringComparison.Ordinal);

        var run = await CommandRun.RunAsync(["/bin/sh", "-c", line], TimeSpan.FromSeconds(30), cancellationToken);

        Assert.That(run.ExitCode, Is.Zero, run.Output);
        Assert.That(run.Output, Does.Contain("NL000101"));
    }

    [Test]
    public async Task The_cloud_commands_find_it(CancellationToken cancellationToken)
    {
        var status = (await RunAsync(cancellationToken, "cloud", "status", "--json")).JsonLines.Single();
        var discard = await RunAsync(cancellationToken, "cloud", "discard", "NL000101-nobody", "--for", "1m", "--json");
        var reset = await RunAsync(cancellationToken, "cloud", "reset", discard.JsonLines.Single().GetProperty("id").ToString());

        Assert.That(status.GetProperty("clients").EnumerateArray().Select(client => client.GetProperty("clientId").GetString()), Does.Contain("NL000101").And.Some.StartsWith("relay-"));
        Assert.That(reset.ExitCode, Is.EqualTo(ExitCode.Done), reset.Error);
    }

    [Test]
    public async Task The_kick_command_finds_it_and_climbs_the_ladder(CancellationToken cancellationToken)
    {
        var run = await RunAsync(cancellationToken, "kick", "NL000103", "--json");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        var ladder = run.JsonLines.Single().GetProperty("ladder").EnumerateArray();
        Assert.That(
            ladder.Select(step => $"{step.GetProperty("step")} {step.GetProperty("status")}"),
            Is.EqualTo(["accepted done", "published done", "delivered done", "connected done"]));
    }

    [Test]
    public async Task The_admin_key_reads_the_platform(CancellationToken cancellationToken)
    {
        using var client = Client(Text("adminKey"));

        var merchants = await client.GetFromJsonAsync<JsonElement>("/v1/admin/merchants", cancellationToken);

        Assert.That(merchants.GetProperty("items").EnumerateArray().Select(merchant => merchant.GetProperty("name").GetString()), Does.Contain("Demo Bakery"));
    }

    [Test]
    public async Task Terminals_are_listed_as_online(CancellationToken cancellationToken)
    {
        var run = await RunAsync(cancellationToken, "terminal", "list", "--prefix", "NL0001", "--json");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.JsonLines.Select(line => line.GetProperty("terminalId").GetString()), Is.EqualTo(["NL000101", "NL000102", "NL000103", "NL000104"]));
        Assert.That(run.JsonLines.Take(3).Select(line => line.GetProperty("presence").GetProperty("state").GetString()), Is.All.EqualTo("online"));
    }

    [Test]
    public async Task A_foreign_client_plays_a_provisioned_terminal(CancellationToken cancellationToken)
    {
        Assert.That(CommandRun.Find("mosquitto_sub"), Is.Not.Null, "mosquitto_sub is missing: apt-get install mosquitto-clients");
        var directory = Path.Combine(_local.Home, "NL000900");
        var provisioned = (await RunAsync(cancellationToken, "terminal", "provision", "NL000900", "--out", directory, "--json")).JsonLines.Single();
        await using var subscriber = new MosquittoSub(provisioned, directory);
        await WaitUntilOnlineAsync("NL000900", cancellationToken);

        var kick = await RunAsync(cancellationToken, "kick", "NL000900", "--no-wait", "--json");

        Assert.That(kick.ExitCode, Is.EqualTo(ExitCode.Done), kick.Error);
        var received = await subscriber.ReadLineAsync(cancellationToken);
        Assert.That(received, Is.Not.Null, "mosquitto_sub ended");
        var message = JsonDocument.Parse(received!).RootElement;
        Assert.That(message.GetProperty("kick").GetString(), Is.EqualTo(kick.JsonLines.Single().GetProperty("id").GetString()));
        Assert.That(message.GetProperty("terminal").GetString(), Is.EqualTo("NL000900"));
        Assert.That(message.GetProperty("tas").GetProperty("port").GetInt32(), Is.EqualTo(_ready.GetProperty("tas").GetProperty("port").GetInt32()));
    }

    [Test]
    public async Task A_simulated_terminal_steps_aside_for_a_foreign_client(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(_local.Home, "NL000104");
        var provisioned = (await RunAsync(cancellationToken, "terminal", "provision", "NL000104", "--out", directory, "--json")).JsonLines.Single();
        await using var subscriber = new MosquittoSub(provisioned, directory);
        await ServerProcesses.WaitUntilAsync(() => _local.Error.Contains("NL000104 is played by another client", StringComparison.Ordinal), cancellationToken);

        var kick = await RunAsync(cancellationToken, "kick", "NL000104", "--no-wait", "--json");

        var received = await subscriber.ReadLineAsync(cancellationToken);
        Assert.That(received, Does.Contain(kick.JsonLines.Single().GetProperty("id").GetString()));
    }

    [Test]
    public async Task Provisioning_writes_the_files_and_says_how_to_use_them(CancellationToken cancellationToken)
    {
        var directory = Path.Combine(_local.Home, "provisioned");

        var run = await RunAsync(cancellationToken, "terminal", "provision", "BE000901", "--out", directory, "--management-system", "GrundmasterBE");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(Directory.EnumerateFiles(directory).Select(Path.GetFileName).Order(), Is.EqualTo(["ca.pem", "certificate.pem", "private.key"]));
        Assert.That(File.GetUnixFileMode(Path.Combine(directory, "private.key")), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(run.Out, Does.Contain("BE-CAT/BE000901").And.Contain($"mosquitto_sub -h localhost -p {_ready.GetProperty("iot").GetProperty("port")}").And.Contain("-i BE000901"));
        Assert.That(run.Error, Does.Contain("registered for Demo Bakery"));
    }

    [Test]
    public async Task A_terminals_certificate_is_rotated(CancellationToken cancellationToken)
    {
        var first = Path.Combine(_local.Home, "NL000902");
        var next = Path.Combine(_local.Home, "NL000902-next");
        var old = await ProvisionAsync("provision", first);
        var again = await ProvisionAsync("provision", first);
        // It would come back for ever, and take the client id from the one with the new certificate.
        await using (new MosquittoSub(old, first))
            await WaitUntilOnlineAsync("NL000902", cancellationToken);
        var renewed = await ProvisionAsync("rotate", next);

        var tooEarly = await RunAsync(cancellationToken, "terminal", "rotate", "NL000902", "--retire");
        await using var subscriber = new MosquittoSub(renewed, next);
        Invocation retired;
        do
        {
            // It gives up when it is refused for coming back within a second, as AWS does; a terminal would try again.
            subscriber.StartAgainIfItEnded();
            retired = await RunAsync(cancellationToken, "terminal", "rotate", "NL000902", "--retire", "--json");
        }
        while (retired.ExitCode == ExitCode.Refused);
        var listed = await RunAsync(cancellationToken, "terminal", "certificates", "NL000902", "--json");

        Assert.That(Id(again), Is.EqualTo(Id(old)), "the same key, the same certificate");
        Assert.That(tooEarly.ExitCode, Is.EqualTo(ExitCode.Refused), tooEarly.Error);
        Assert.That(retired.JsonLines.Select(Id), Is.EqualTo([Id(old)]));
        Assert.That(listed.JsonLines.Select(line => $"{Id(line)} {line.GetProperty("status")}"), Is.EqualTo([$"{Id(old)} REVOKED", $"{Id(renewed)} ACTIVE"]));

        async Task<JsonElement> ProvisionAsync(string command, string directory)
        {
            var run = await RunAsync(cancellationToken, "terminal", command, "NL000902", "--out", directory, "--json");
            Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
            return run.JsonLines.Single();
        }

        static string? Id(JsonElement certificate) => certificate.GetProperty("certificateId").GetString();
    }

    [Test]
    public async Task A_terminals_parameters_are_those_of_this_local(CancellationToken cancellationToken)
    {
        var run = await RunAsync(cancellationToken, "terminal", "parameters", "NL000101", "--format", "csv");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Done), run.Error);
        Assert.That(run.Out, Does.Contain("MqtServiceAddress,localhost").And.Contain($"MqtServicePort,{_ready.GetProperty("iot").GetProperty("port")}")
            .And.Contain($"firewall,TAS,Port,{_ready.GetProperty("tas").GetProperty("port")}"));
    }

    [Test]
    public async Task A_simulated_terminal_behaves_as_ordered(CancellationToken cancellationToken)
    {
        await using var simulated = CloudKickProcess.Start(["terminal", "simulate", "NL000950", "--behaviour", "old-firmware", "--json"], _local.Home);
        Assert.That(await simulated.ReadLineAsync(cancellationToken), Does.Contain("\"event\":\"Connected\""));
        await WaitUntilOnlineAsync("NL000950", cancellationToken);

        var kick = await RunAsync(cancellationToken, "kick", "NL000950", "--json");

        Assert.That(kick.ExitCode, Is.EqualTo(ExitCode.Done), kick.Error);
        var steps = kick.JsonLines.Single().GetProperty("ladder").EnumerateArray().Select(step => step.GetProperty("status").GetString());
        Assert.That(steps, Is.EqualTo(["done", "done", "not_observed", "done"]));
        await simulated.SignalAsync("INT");
        var (events, exitCode) = await simulated.WaitForExitAsync(cancellationToken);
        Assert.That(exitCode, Is.Zero, simulated.Error);
        Assert.That(events, Does.Contain("\"event\":\"SessionOpened\""));
    }

    [Test]
    public async Task A_second_one_on_the_same_port_says_which_and_how_to_move_it(CancellationToken cancellationToken)
    {
        var port = new Uri(RelayUrl).Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

        var run = await RunAsync(cancellationToken, "local", "--ephemeral", "--http-port", port, "--iot-port", "0", "--tas-port", "0");

        Assert.That(run.ExitCode, Is.EqualTo(ExitCode.Unavailable));
        Assert.That(run.Error, Does.Contain($"Port {port}").And.Contain("--http-port").And.Contain("HTTP API"));
    }

    [Test]
    public async Task Its_database_is_the_operators_too(CancellationToken cancellationToken)
    {
        var key = await RunAsync(cancellationToken, "api-key", "create", "--label", "second till", "--scope", "kicks:read");
        using var client = Client(key.Out.Trim());

        using var read = await client.GetAsync(new Uri("/v1/kicks", UriKind.Relative), cancellationToken);
        using var write = await client.PostAsJsonAsync("/v1/kicks", new { terminalId = "NL000101" }, cancellationToken);

        Assert.That(key.ExitCode, Is.EqualTo(ExitCode.Done), key.Error);
        Assert.That((read.StatusCode, write.StatusCode), Is.EqualTo((HttpStatusCode.OK, HttpStatusCode.Forbidden)));
    }

    private async Task WaitUntilOnlineAsync(string terminalId, CancellationToken cancellationToken)
    {
        using var client = Client(ApiKey);
        JsonElement terminal;
        do
        {
            terminal = await client.GetFromJsonAsync<JsonElement>($"/v1/terminals/{terminalId}", cancellationToken);
            await Task.Delay(20, cancellationToken);
        }
        while (terminal.GetProperty("presence").GetProperty("state").GetString() != "online");
    }

    private Task<Invocation> RunAsync(CancellationToken cancellationToken, params string[] args) =>
        Invocation.RunAsync(args, cancellationToken, ("CLOUDKICK_HOME", _local.Home));

    private HttpClient Client(string key) => new()
    {
        BaseAddress = new Uri(RelayUrl),
        DefaultRequestHeaders = { { "Authorization", $"Bearer {key}" }, { "Prefer", "wait=10" } },
    };

    private string Text(string name) => _ready.GetProperty(name).GetString()!;
}
