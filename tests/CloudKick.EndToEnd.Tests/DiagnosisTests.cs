using System.Net.Http.Json;
using System.Text.Json.Nodes;
using CloudKick.Mqtt;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests;

/// <summary>The doctor finds what only the cloud knows.</summary>
[CancelAfter(120_000)]
internal sealed class DiagnosisTests
{
    [Test]
    public async Task A_terminal_that_is_connected_but_listens_elsewhere_is_found_out(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(cancellationToken: cancellationToken);
        var terminal = await stage.RegisterTerminalAsync();
        await using var device = new MqttClient(new MqttClientOptions { Endpoint = Devices.Endpoint(stage.Cloud, terminal), ClientId = terminal });
        await device.ConnectAsync(cancellationToken);

        await OutcomeBecomesAsync("none");
        await device.SubscribeAsync([new MqttSubscription("BE-CAT/" + terminal, MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await OutcomeBecomesAsync("others");
        await device.SubscribeAsync([new MqttSubscription("NL-CAT/" + terminal, MqttQualityOfService.AtLeastOnce)], cancellationToken);
        await OutcomeBecomesAsync("subscribed");

        async Task OutcomeBecomesAsync(string outcome) => await Eventually.BecomesAsync(
            async () =>
            {
                var answer = await stage.Client.GetFromJsonAsync<JsonObject>($"/v1/terminals/{terminal}/diagnosis", cancellationToken);
                return (string?)answer!["checks"]!.AsArray().Single(check => (string?)check!["code"] == "subscription")!["outcome"];
            },
            outcome,
            cancellationToken);
    }

    [Test]
    public async Task A_terminal_that_has_the_kick_but_never_arrives_at_the_TAS_is_found_out(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(cancellationToken: cancellationToken);
        var terminal = await stage.StartTerminalAsync(Terminal.TerminalBehaviour.TasUnreachable, cancellationToken: cancellationToken);
        var kick = KickStage.Kick(terminal);
        kick["ttlSeconds"] = 5;
        await stage.PostAsync(kick, wait: 10, cancellationToken: cancellationToken);

        var answer = await stage.Client.GetFromJsonAsync<JsonObject>($"/v1/terminals/{terminal}/diagnosis", cancellationToken);

        Assert.That((string?)answer!["cause"], Is.EqualTo("session"), answer.ToJsonString());
    }
}
