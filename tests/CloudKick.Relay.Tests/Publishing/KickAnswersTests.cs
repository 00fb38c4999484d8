using System.Text;
using CloudKick.Mqtt;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Publishing;
using CloudKick.Relay.Tests.Kicks;
using CloudKick.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace CloudKick.Relay.Tests.Publishing;

/// <summary>What is written of a terminal's own answer.</summary>
[CancelAfter(60_000)]
internal sealed class KickAnswersTests
{
    [TestCase("accepted", "delivered")]
    [TestCase("expired", "refused")]
    public async Task An_answer_is_an_event_of_the_node_that_took_it(string result, string kickEvent, CancellationToken cancellationToken)
    {
        await using var world = await KickWorld.CreateAsync();
        using var answers = new KickAnswers(world.Database.Service, new NodeIdentity("listener"), NullLogger<KickAnswers>.Instance);
        await answers.StartAsync(cancellationToken);
        var kick = (await KickWorld.AcceptAsync(world.Node("publisher"), world.Order(KickWorld.OfBakery), cancellationToken)).Kick!.Value;

        await answers.ReceiveAsync(Answer(kick, result), cancellationToken);

        await Eventually.BecomesAsync(
            () => world.ScalarAsync<string?>(
                "select event || ' ' || node from kick_events where kick_id = @kick order by event_id desc limit 1", new { kick = kick.Value }),
            $"{kickEvent} listener", cancellationToken);
        await answers.StopAsync(cancellationToken);
    }

    private static MqttMessage Answer(KickId kick, string result) => new()
    {
        Topic = $"NL-CAT/{KickWorld.OfBakery}{KickTopic.AnswerSuffix}",
        Payload = Encoding.UTF8.GetBytes($$"""{"kick":"{{kick}}","terminal":"{{KickWorld.OfBakery}}","result":"{{result}}"}"""),
    };
}
