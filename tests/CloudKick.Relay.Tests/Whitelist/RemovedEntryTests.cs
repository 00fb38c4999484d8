using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Whitelist;

/// <summary>Two nodes on one database. Neither remembers the whitelist, so there is nothing that could be out of date.</summary>
[CancelAfter(120_000)]
internal sealed class RemovedEntryTests
{
    private const string Kick = """{ "terminalId": "T1", "managementSystemId": "GrundmasterNL", "accessProtocol": "OPI_NL" }""";

    [Test]
    public async Task A_removed_entry_stops_kicks_on_every_node_at_once(CancellationToken cancellationToken)
    {
        await using var database = await TestDatabase.CreateAsync(cancellationToken);
        await using var one = await RelayHost.StartAsync(database, WithoutWaiting(), cancellationToken);
        await using var other = await RelayHost.StartAsync(database, WithoutWaiting(), cancellationToken);
        var merchant = await one.AddMerchantAsync(cancellationToken: cancellationToken);
        await one.Services.GetRequiredService<TerminalRegistry>().AddAsync(
            new NewTerminal("T1", "GrundmasterNL") { Merchant = merchant }, Actor.Cli, cancellationToken);
        var key = await one.CreateKeyAsync(merchant, Scopes.KicksWrite, Scopes.WhitelistWrite);
        var onOne = one.CreateClient(key.Token);
        var onOther = other.CreateClient(key.Token);

        await onOne.AskAsync(HttpMethod.Put, "/v1/whitelist/T1", "{}", cancellationToken);
        var listed = await onOther.AskAsync(HttpMethod.Post, "/v1/kicks", Kick, cancellationToken);
        await onOne.AskAsync(HttpMethod.Delete, "/v1/whitelist/T1", null, cancellationToken);
        var removed = await onOther.AskAsync(HttpMethod.Post, "/v1/kicks", Kick, cancellationToken);
        var removedHere = await onOne.AskAsync(HttpMethod.Post, "/v1/kicks", Kick, cancellationToken);

        Assert.That((int)listed.Status, Is.EqualTo(202), "accepted; there is no cloud to publish it");
        Assert.That(removed.Verdict, Is.EqualTo((403, "terminal-not-whitelisted")));
        Assert.That(removedHere.Verdict, Is.EqualTo((403, "terminal-not-whitelisted")));
    }

    private static RelayHostOptions WithoutWaiting() => new()
    {
        Settings = new Dictionary<string, string?> { ["CloudKick:Kicks:PublishWait"] = "00:00:00" },
    };
}
