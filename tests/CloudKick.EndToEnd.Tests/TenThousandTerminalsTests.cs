using System.Diagnostics;
using Dapper;

namespace CloudKick.EndToEnd.Tests;

/// <summary>A chain's worth of terminals on one machine.</summary>
[CancelAfter(600_000)]
[NonParallelizable]
internal sealed class TenThousandTerminalsTests
{
    private const string Prefix = "TT";
    private const int Terminals = 10_000;
    private const int Kicked = 200;
    private const int AtOnce = 20;

    [Test]
    public async Task Ten_thousand_terminals_stay_connected_and_any_of_them_can_be_kicked(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(
            new Dictionary<string, string?> { ["CloudKick:Mqtt:MessagesPerSecond"] = "0" }, cancellationToken: cancellationToken);
        var ids = Enumerable.Range(1, Terminals).Select(i => FleetProcess.TerminalId(Prefix, i)).ToArray();
        await using (var connection = await stage.Database.Owner.OpenConnectionAsync(cancellationToken))
        {
            await connection.ExecuteAsync(
                """
                insert into terminals (terminal_id, merchant_id, management_system_id, thing_name) select t, @merchant, 'GrundmasterNL', t from unnest(@ids) t;
                insert into whitelist_entries (merchant_id, terminal_id) select @merchant, t from unnest(@ids) t
                """,
                new { merchant = stage.Merchant.Value, ids });
        }
        var watch = Stopwatch.StartNew();
        await using var fleet = await FleetProcess.StartAsync(stage.Cloud.Port, stage.CloudDirectory, Prefix, Terminals, cancellationToken);
        TestContext.Progress.WriteLine(
            $"{Terminals} terminals connected in {watch.Elapsed.TotalSeconds:F0} s; they hold {fleet.WorkingSet / 1_000_000} MB, "
            + $"LocalCloud, relay and test {Process.GetCurrentProcess().WorkingSet64 / 1_000_000} MB");

        new Random(20261121).Shuffle(ids);
        var states = new List<string>();
        foreach (var chunk in ids.Take(Kicked).Chunk(AtOnce))
        {
            var kicks = await Task.WhenAll(chunk.Select(id => stage.PostAsync(KickStage.Kick(id), wait: 25, cancellationToken: cancellationToken)));
            states.AddRange(kicks.Select(kick => (string?)kick.Body["state"] ?? kick.Body.ToJsonString()));
        }

        Assert.That(states, Is.All.EqualTo("connected"));
        Assert.That(await fleet.ConnectedAsync(cancellationToken), Is.EqualTo(Terminals));
    }
}
