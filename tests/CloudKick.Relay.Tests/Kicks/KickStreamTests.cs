using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using CloudKick.Relay.Database;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Security;
using CloudKick.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace CloudKick.Relay.Tests.Kicks;

/// <summary><c>GET /v1/kicks/{id}/events</c>. What happens is brought about in the database, as another node would.</summary>
[CancelAfter(60_000)]
internal sealed class KickStreamTests
{
    private const string Node = "elsewhere";

    private KickWorld _world = null!;
    private RelayHost _relay = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _world = await KickWorld.CreateAsync();
        _relay = await RelayHost.StartAsync(_world.Database, new RelayHostOptions
        {
            Settings = new Dictionary<string, string?> { ["CloudKick:Streams:MaximumPerCaller"] = "2", ["CloudKick:Streams:Heartbeat"] = "00:00:01" },
        });
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _world.DisposeAsync();
    }

    [Test]
    public async Task Events_come_as_they_happen_until_the_kick_is_final(CancellationToken cancellationToken)
    {
        var (terminal, kick) = await KickAsync();
        using var stream = await OpenAsync(await ClientAsync(), kick, cancellationToken);

        Assert.That((await stream.NextAsync()).EventType, Is.EqualTo("accepted"));
        await PublishAsync(kick);
        var published = await stream.NextAsync();
        await ConnectAsync(terminal, kick);
        var connected = await stream.NextAsync();
        var end = await stream.NextAsync();

        Assert.That(published.EventType, Is.EqualTo("published"));
        Assert.That((string?)JsonNode.Parse(published.Data)!["kickId"], Is.EqualTo(kick.ToString()));
        Assert.That((double)JsonNode.Parse(published.Data)!["afterMilliseconds"]!, Is.Positive);
        Assert.That(connected.EventType, Is.EqualTo("connected"));
        Assert.That((end.EventType, end.EventId, (string?)JsonNode.Parse(end.Data)!["outcome"]), Is.EqualTo(("end", "end", "coupled")));
        Assert.That(await stream.IsOverAsync(), Is.True);
    }

    [Test]
    public async Task A_reader_that_comes_again_gets_what_it_has_not_seen_and_after_the_end_nothing(CancellationToken cancellationToken)
    {
        var client = await ClientAsync();
        var (terminal, kick) = await KickAsync();
        SseItem<string> accepted;
        using (var first = await OpenAsync(client, kick, cancellationToken))
            accepted = await first.NextAsync();
        await ConnectAsync(terminal, kick);

        using var second = await OpenAsync(client, kick, cancellationToken, accepted.EventId);
        var missed = await second.NextAsync();
        var end = await second.NextAsync();
        var afterEnd = await client.AskAsync(HttpMethod.Get, Path(kick), null, cancellationToken, ("Last-Event-ID", end.EventId!));

        Assert.That((missed.EventType, end.EventType), Is.EqualTo(("connected", "end")));
        Assert.That(afterEnd.Status, Is.EqualTo(HttpStatusCode.NoContent));
    }

    [Test]
    public async Task Unknown_and_foreign_kicks_are_answered_alike(CancellationToken cancellationToken)
    {
        var (_, foreign) = await KickAsync(_world.Butcher);
        var client = await ClientAsync();

        var unknown = await client.AskAsync(Path(new KickId(Guid.NewGuid())), cancellationToken);
        var others = await client.AskAsync(Path(foreign), cancellationToken);

        Assert.That(unknown.Verdict, Is.EqualTo((404, "kick-not-found")));
        Assert.That(others.Verdict, Is.EqualTo(unknown.Verdict));
    }

    [Test]
    public async Task What_is_no_id_of_an_event_is_refused(CancellationToken cancellationToken)
    {
        var (_, kick) = await KickAsync();

        var answer = await (await ClientAsync()).AskAsync(HttpMethod.Get, Path(kick), null, cancellationToken, ("Last-Event-ID", "-1"));

        Assert.That(answer.Verdict, Is.EqualTo((400, "invalid-request")));
        Assert.That(answer.Fields, Is.EqualTo((string[])["Last-Event-ID"]));
    }

    [Test]
    public async Task More_streams_than_a_key_may_have_are_refused_until_one_is_closed(CancellationToken cancellationToken)
    {
        var (_, kick) = await KickAsync();
        var client = await ClientAsync();
        var first = await OpenAsync(client, kick, cancellationToken);
        using var second = await OpenAsync(client, kick, cancellationToken);

        var third = await client.AskAsync(Path(kick), cancellationToken);
        using var anothers = await OpenAsync(await ClientAsync(), kick, cancellationToken);
        first.Dispose();

        Assert.That(third.Verdict, Is.EqualTo((429, "too-many-streams")));
        Assert.That(third.Headers.RetryAfter, Is.Not.Null);
        Assert.That((await anothers.NextAsync()).EventType, Is.EqualTo("accepted"));
        using var again = await Eventually.HoldsAsync(() => TryOpenAsync(client, kick, cancellationToken), stream => stream is not null, cancellationToken);
        Assert.That((await again!.NextAsync()).EventType, Is.EqualTo("accepted"));
    }

    [Test]
    public async Task A_revoked_key_reads_no_further(CancellationToken cancellationToken)
    {
        var key = await _relay.CreateKeyAsync(_world.Bakery, Scopes.KicksRead);
        var (_, kick) = await KickAsync();
        using var stream = await OpenAsync(_relay.CreateClient(key.Token), kick, cancellationToken);
        await stream.NextAsync();

        await _relay.Services.GetRequiredService<ApiKeys>().RevokeAsync(key.Key.KeyId, Actor.Cli, cancellationToken);

        Assert.That(await stream.IsOverAsync(), Is.True);
        Assert.That(await _world.StateAsync(kick), Is.EqualTo("accepted"));
    }

    [Test]
    public async Task A_silent_stream_says_that_it_is_there(CancellationToken cancellationToken)
    {
        var (_, kick) = await KickAsync();
        var client = await ClientAsync();
        await using var body = await client.GetStreamAsync(new Uri(Path(kick), UriKind.Relative), cancellationToken);
        using var reader = new StreamReader(body);

        var lines = new List<string>();
        while (!lines.Contains(": "))
            lines.Add((await reader.ReadLineAsync(cancellationToken))!);

        Assert.That(lines, Does.Contain("event: accepted").And.Contain("retry: 1000"));
    }

    [Test]
    public async Task A_node_that_stops_ends_its_streams(CancellationToken cancellationToken)
    {
        await using var other = await RelayHost.StartAsync(_world.Database, cancellationToken: cancellationToken);
        var key = await other.CreateKeyAsync(_world.Bakery, Scopes.KicksRead);
        var (_, kick) = await KickAsync();
        using var stream = await OpenAsync(other.CreateClient(key.Token), kick, cancellationToken);
        await stream.NextAsync();

        await other.StopAsync(cancellationToken);

        Assert.That(await stream.IsOverAsync(), Is.True);
    }

    private static string Path(KickId kick) => $"v1/kicks/{kick}/events";

    private Task<HttpClient> ClientAsync() => _relay.CreateClientAsync(_world.Bakery, Scopes.KicksRead);

    private async Task<(string Terminal, KickId Kick)> KickAsync(MerchantId? merchant = null)
    {
        var terminal = await _world.AddTerminalAsync(merchant ?? _world.Bakery);
        var decision = (await _world.Node(Node).AcceptAsync([_world.Order(terminal, merchant)], CancellationToken.None))[0];
        return (terminal, decision.Kick!.Value);
    }

    private Task PublishAsync(KickId kick) =>
        _world.ExecuteAsync("select record_acknowledged(array[@kick], 1, @Node)", new { kick = kick.Value, Node });

    private Task ConnectAsync(string terminal, KickId kick) => _world.ExecuteAsync(
        "select open_tas_session(gen_random_uuid(), @terminal, @kick, @Node, 'nowhere')", new { terminal, kick = kick.Value, Node });

    private static async Task<Stream> OpenAsync(HttpClient client, KickId kick, CancellationToken cancellationToken, string? lastEventId = null) =>
        await TryOpenAsync(client, kick, cancellationToken, lastEventId) ?? throw new InvalidOperationException("There is no stream.");

    private static async Task<Stream?> TryOpenAsync(HttpClient client, KickId kick, CancellationToken cancellationToken, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Path(kick), UriKind.Relative));
        if (lastEventId is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId);
        var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (response is { StatusCode: HttpStatusCode.OK, Content.Headers.ContentType.MediaType: "text/event-stream" })
            return new Stream(response, await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken);
        response.Dispose();
        return null;
    }

    private sealed class Stream(HttpResponseMessage response, System.IO.Stream body, CancellationToken cancellationToken) : IDisposable
    {
        private readonly IAsyncEnumerator<SseItem<string>> _events = SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);

        public async Task<SseItem<string>> NextAsync() =>
            await _events.MoveNextAsync() ? _events.Current : throw new InvalidOperationException("The stream is over.");

        /// <summary>Reads on until the stream ends; false when another event comes.</summary>
        public async Task<bool> IsOverAsync()
        {
            try
            {
                return !await _events.MoveNextAsync();
            }
            catch (HttpIOException)
            {
                return true; // cut off
            }
        }

        public void Dispose() => response.Dispose();
    }
}
