using System.Runtime.Versioning;
using System.Text.Json;
using CloudKick.Testing;

namespace CloudKick.Cli.Tests.Local;

/// <summary>How <c>local</c> begins and ends, as a process of its own.</summary>
[CancelAfter(180_000)]
[UnsupportedOSPlatform("windows")]
internal sealed class LocalLifetimeTests
{
    private static readonly string[] Ports = ["--http-port", "0", "--iot-port", "0", "--tas-port", "0"];

    [TestCase("INT")]
    [TestCase("TERM")]
    public async Task Told_to_stop_it_stops_everything_and_leaves_nothing(string signal, CancellationToken cancellationToken)
    {
        await using var local = CloudKickProcess.Start(["local", "--ephemeral", "--json", .. Ports]);
        var ready = JsonDocument.Parse(await local.ReadLineAsync(cancellationToken)).RootElement;
        Assert.That(local.Processes, Has.Some.Contains("postgres"));

        await local.SignalAsync(signal);
        var (rest, exitCode) = await local.WaitForExitAsync(cancellationToken);

        Assert.That(exitCode, Is.Zero, local.Error);
        Assert.That(rest, Is.Empty, "standard output is the one line");
        await ServerProcesses.WaitUntilAsync(() => local.Processes.Count == 0, cancellationToken);
        Assert.That(Directory.Exists(ready.GetProperty("dataDirectory").GetString()), Is.False);
        Assert.That(Directory.EnumerateFiles(Path.Combine(local.Home, "running")), Is.Empty);
    }

    [Test]
    public async Task Told_to_stop_while_it_starts_it_leaves_nothing(CancellationToken cancellationToken)
    {
        await using var local = CloudKickProcess.Start(["local", "--ephemeral", .. Ports]);
        await ServerProcesses.WaitUntilAsync(() => local.Processes.Any(process => process.Contains("postgres", StringComparison.Ordinal)), cancellationToken);

        await local.SignalAsync("INT");
        var (_, exitCode) = await local.WaitForExitAsync(cancellationToken);

        Assert.That(exitCode, Is.EqualTo(130), local.Error);
        await ServerProcesses.WaitUntilAsync(() => local.Processes.Count == 0, cancellationToken);
    }

    [Test]
    public async Task People_see_the_ladder_the_addresses_and_a_line_to_paste(CancellationToken cancellationToken)
    {
        await using var local = CloudKickProcess.Start(["local", "--ephemeral", "--terminals", "2", .. Ports]);
        var shown = new List<string>();
        do
        {
            shown.Add(await local.ReadLineAsync(cancellationToken));
        }
        while (!shown[^1].Contains("Ctrl-C", StringComparison.Ordinal));

        var text = string.Join('\n', shown);
        var steps = shown.Where(line => line.Contains('✓')).Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        Assert.That(steps, Is.EqualTo(["accepted", "published", "delivered", "connected"]), text);
        Assert.That(text, Does.Contain("Coupled").And.Contain("/swagger").And.Contain("curl -sw '\\n' http://127.0.0.1:").And.Contain("Demo Bakery"));
        Assert.That(text, Does.Not.Contain("\u001b["), "no colours where there is no terminal");
        Assert.That(local.Error, Does.Contain("2 simulated terminals connected").And.Not.Contain("warning").And.Not.Contain("error"));
    }

    [Test]
    public async Task A_second_one_on_the_same_data_is_told_of_the_first(CancellationToken cancellationToken)
    {
        var data = Path.Combine(Path.GetTempPath(), $"cloudkick-data-{Path.GetRandomFileName()}");
        try
        {
            await using var first = CloudKickProcess.Start(["local", "--data", data, "--json", "--terminals", "0", .. Ports]);
            var ready = JsonDocument.Parse(await first.ReadLineAsync(cancellationToken)).RootElement;

            var second = await Invocation.RunAsync(["local", "--data", data, .. Ports], cancellationToken, ("CLOUDKICK_HOME", first.Home));

            Assert.That(second.ExitCode, Is.EqualTo(4));
            Assert.That(second.Error, Does.Contain(ready.GetProperty("relayUrl").GetString()).And.Contain("--ephemeral"));
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    [Test]
    public async Task A_database_that_is_there_already_is_used_and_left(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(cancellationToken);
        await using (var local = CloudKickProcess.Start(
            ["local", "--ephemeral", "--json", "--terminals", "1", .. Ports], null, ("ConnectionStrings__CloudKick", database.OwnerConnectionString)))
        {
            var ready = JsonDocument.Parse(await local.ReadLineAsync(cancellationToken)).RootElement;
            Assert.That(ready.GetProperty("database").GetString(), Is.EqualTo(database.OwnerConnectionString));
            Assert.That(ready.GetProperty("relayDatabase").GetString(), Does.Contain("Username=cloudkick_local_"), "the relay owns nothing");
            Assert.That(local.Processes, Has.None.Contains("postgres-keeper"));

            var kick = await Invocation.RunAsync(["kick", "NL000101"], cancellationToken, ("CLOUDKICK_HOME", local.Home));
            await local.SignalAsync("TERM");
            var (_, exitCode) = await local.WaitForExitAsync(cancellationToken);

            Assert.That(kick.ExitCode, Is.Zero, kick.Error);
            Assert.That(exitCode, Is.Zero, local.Error);
        }

        await using var logins = database.Owner.CreateCommand("select count(*) from pg_roles where rolname like 'cloudkick\\_local\\_%'");
        await using var kicks = database.Owner.CreateCommand("select count(*) from kicks");
        Assert.That(await logins.ExecuteScalarAsync(cancellationToken), Is.Zero, "its login went with it");
        Assert.That(await kicks.ExecuteScalarAsync(cancellationToken), Is.EqualTo(1));
    }

    [Test]
    public async Task The_next_time_on_the_same_data_it_goes_on(CancellationToken cancellationToken)
    {
        var data = Path.Combine(Path.GetTempPath(), $"cloudkick-data-{Path.GetRandomFileName()}");
        try
        {
            var first = await RunOnceAsync(data, cancellationToken);
            var second = await RunOnceAsync(data, cancellationToken);

            Assert.That(second.GetProperty("merchantId").GetGuid(), Is.EqualTo(first.GetProperty("merchantId").GetGuid()));
            Assert.That(second.GetProperty("apiKey").GetString(), Is.EqualTo(first.GetProperty("apiKey").GetString()), "what a developer has configured still works");
            Assert.That(second.GetProperty("dataDirectory").GetString(), Is.EqualTo(data));
        }
        finally
        {
            if (Directory.Exists(data))
                Directory.Delete(data, recursive: true);
        }
    }

    private static async Task<JsonElement> RunOnceAsync(string data, CancellationToken cancellationToken)
    {
        await using var local = CloudKickProcess.Start(["local", "--data", data, "--json", .. Ports]);
        var ready = JsonDocument.Parse(await local.ReadLineAsync(cancellationToken)).RootElement;
        await local.SignalAsync("TERM");
        var (_, exitCode) = await local.WaitForExitAsync(cancellationToken);
        Assert.That(exitCode, Is.Zero, local.Error);
        return ready;
    }
}
