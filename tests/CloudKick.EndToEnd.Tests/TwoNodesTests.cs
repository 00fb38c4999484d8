using System.Globalization;
using System.Net;
using CloudKick.Relay.Security;
using CloudKick.Tas;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.EndToEnd.Tests;

/// <summary>One node is asked, the terminal's session opens at another: nodes share the database and nothing else.</summary>
[CancelAfter(120_000)]
internal sealed class TwoNodesTests
{
    [Test]
    public async Task Wait_on_one_node_ends_when_the_session_opens_at_another(CancellationToken cancellationToken)
    {
        await using var stage = await KickStage.StartAsync(cancellationToken: cancellationToken);
        await using var asked = await RelayHost.StartAsync(
            stage.Database,
            new RelayHostOptions
            {
                Cloud = stage.Cloud,
                Settings = new Dictionary<string, string?>
                {
                    ["CloudKick:Tas:PublicHost"] = "127.0.0.1",
                    ["CloudKick:Tas:PublicPort"] = stage.Relay.Services.GetRequiredService<TasListener>().Port.ToString(CultureInfo.InvariantCulture),
                },
            },
            cancellationToken);
        var client = await asked.CreateClientAsync(stage.Merchant, Scopes.KicksWrite, Scopes.KicksRead);
        var terminal = await stage.StartTerminalAsync(cancellationToken: cancellationToken);

        var (status, kick) = await KickStage.PostAsync(client, KickStage.Kick(terminal), wait: 25, cancellationToken: cancellationToken);
        var (_, again) = await KickStage.PostAsync(client, KickStage.Kick(terminal), cancellationToken: cancellationToken);

        Assert.That(status, Is.EqualTo(HttpStatusCode.Created));
        Assert.That((string?)kick["state"], Is.EqualTo("connected"));
        Assert.That((string?)again["state"], Is.EqualTo("connected"), "the session at the other node counts here too");
        Assert.That(stage.PublishedTo(terminal), Has.Count.EqualTo(1));
    }
}
