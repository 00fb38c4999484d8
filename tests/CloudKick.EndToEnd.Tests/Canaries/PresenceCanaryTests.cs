using System.Text.Json;
using System.Text.RegularExpressions;
using CloudKick.Mqtt;
using CloudKick.Testing;
using Dapper;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>Presence events, over MQTT and through a queue, with card numbers and keys wherever one can put them: they stay nowhere.</summary>
/// <remarks>Listens to all telemetry of the process, so it runs when nobody else does.</remarks>
[NonParallelizable]
[CancelAfter(180_000)]
internal sealed partial class PresenceCanaryTests
{
    private const string Present = "select count(*) from terminal_presence where terminal_id = @terminal and version_number = @version";

    [Test]
    public async Task Clients_that_are_called_like_secrets_leave_nothing_when_they_come_and_go(CancellationToken cancellationToken)
    {
        await using var stage = await CanaryStage.StartAsync(cancellationToken);
        var cloud = stage.Kicks.Cloud;
        Canary[] canaries = [.. Canary.Recognised.Append(Canary.Opaque).Where(canary => ThingName().IsMatch(canary.Text))];

        foreach (var canary in canaries)
        {
            await using var stranger = new MqttClient(new MqttClientOptions { Endpoint = Devices.Endpoint(cloud, canary.Text), ClientId = canary.Text });
            await stranger.ConnectAsync(cancellationToken);
        }
        // Events are taken in their order: when a terminal that came later is there, so were they.
        var terminal = await stage.Kicks.StartTerminalAsync(cancellationToken: cancellationToken);
        await Eventually.BecomesAsync(() => CountAsync(stage, "select count(*) from terminal_presence where terminal_id = @terminal and connected", new { terminal }), 1, cancellationToken);

        Assert.That(canaries, Has.Length.GreaterThanOrEqualTo(3));
        await stage.AssertNowhereAsync(canaries, cancellationToken);
    }

    [Test]
    public async Task Events_from_a_queue_leave_nothing_of_what_is_in_them(CancellationToken cancellationToken)
    {
        await using var queue = await QueueStandIn.StartAsync(cancellationToken);
        await using var stage = await CanaryStage.StartAsync(
            cancellationToken, ("CloudKick:Presence:Source", "sqs"), ("CloudKick:Presence:QueueUrl", queue.Url));
        var terminal = await stage.Kicks.RegisterTerminalAsync();
        var version = 0L;

        foreach (var text in Canary.Recognised.Select(canary => canary.Text))
        {
            var json = JsonSerializer.Serialize(text);
            queue.Send(text, json, $$"""{{{json}}:1}""");
            foreach (var member in new[] { "sessionIdentifier", "principalIdentifier", "ipAddress", "clientId", "eventType", "timestamp", "versionNumber", "unknown" })
                queue.Send(Event("connected", member, json));
            queue.Send(Event("disconnected", "disconnectReason", json), Event("disconnected", "sessionIdentifier", json), Event("disconnected", "principalIdentifier", json));
        }
        foreach (var member in new[] { "unknown", "clientId", "eventType" })
            queue.Send(Event("connected", member, JsonSerializer.Serialize(Canary.Opaque.Text)));
        queue.Send(Event("connected", "unknown", "1"));
        await Eventually.BecomesAsync(() => CountAsync(stage, Present, new { terminal, version }), 1, cancellationToken);
        // What is no event is received, and left to the queue.
        await Eventually.HoldsAsync(() => queue.Bodies.Count == queue.Hidden, cancellationToken);

        Assert.That(queue.Hidden, Is.Positive);
        await stage.AssertNowhereAsync([.. Canary.Recognised, Canary.Opaque], cancellationToken);

        string Event(string type, string member, string value)
        {
            var members = new Dictionary<string, string>
            {
                ["clientId"] = $"\"{terminal}\"",
                ["timestamp"] = $"{TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds()}",
                ["eventType"] = $"\"{type}\"",
                ["versionNumber"] = $"{++version}",
            };
            members[member] = value;
            return $"{{{string.Join(',', members.Select(pair => $"\"{pair.Key}\":{pair.Value}"))}}}";
        }
    }

    private static async Task<long> CountAsync(CanaryStage stage, string sql, object parameters)
    {
        await using var connection = await stage.Kicks.Database.Owner.OpenConnectionAsync();
        return await connection.ExecuteScalarAsync<long>(sql, parameters);
    }

    [GeneratedRegex("^[a-zA-Z0-9:_-]{1,128}$")]
    private static partial Regex ThingName();
}
