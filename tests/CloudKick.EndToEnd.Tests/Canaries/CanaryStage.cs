using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using CloudKick.Relay.Security;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>
/// The whole of it, with everything logged that a library can log, all telemetry seen, and every answer kept: what was sent must be in
/// none of it.
/// </summary>
internal sealed class CanaryStage : IAsyncDisposable
{
    private static readonly Dictionary<string, string?> Settings = new(RelayHost.NoRateLimits)
    {
        ["Logging:LogLevel:Default"] = "Trace",
        ["Logging:LogLevel:CloudKick"] = "Trace",
        ["Logging:LogLevel:Microsoft"] = "Trace",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace",
        ["Logging:LogLevel:Npgsql"] = "Trace",
    };

    private readonly TelemetryWitness _telemetry;
    private readonly ConcurrentQueue<string> _answers = [];

    private CanaryStage(TelemetryWitness telemetry, KickStage stage, HttpClient merchant, HttpClient admin, ApiSurface api)
    {
        (_telemetry, Kicks, Merchant, Admin, Api) = (telemetry, stage, merchant, admin, api);
    }

    public KickStage Kicks { get; }

    /// <summary>A till's backend that may do all that a merchant's key may.</summary>
    public HttpClient Merchant { get; }

    /// <summary>A platform operator.</summary>
    public HttpClient Admin { get; }

    public ApiSurface Api { get; }

    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="settings">The relay's, beside those that make it talkative.</param>
    public static async Task<CanaryStage> StartAsync(CancellationToken cancellationToken, params (string Name, string? Value)[] settings)
    {
        var telemetry = new TelemetryWitness();
        var all = new Dictionary<string, string?>(Settings);
        foreach (var (name, value) in settings)
            all[name] = value;
        var stage = await KickStage.StartAsync(all, cancellationToken: cancellationToken);
        var merchant = await stage.Relay.CreateClientAsync(stage.Merchant, [.. Scopes.OfMerchants]);
        var admin = await stage.Relay.CreateAdminClientAsync();
        var openApi = JsonNode.Parse(await admin.GetStringAsync(new Uri("swagger/v1/swagger.json", UriKind.Relative), cancellationToken))!;
        return new CanaryStage(telemetry, stage, merchant, admin, new ApiSurface(openApi));
    }

    /// <summary>Sends a request as whoever the call is for, and keeps the answer.</summary>
    public async Task SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var message = ApiSurface.ToMessage(request);
        // A stream that opens stays open: its beginning is enough.
        using var response = await (request.Address.StartsWith("/v1/admin", StringComparison.Ordinal) ? Admin : Merchant)
            .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var body = response.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync(cancellationToken);
        Answered(request.Place, $"{(int)response.StatusCode} {response.Headers} {body}");
    }

    /// <summary>Keeps an answer for <see cref="AssertNowhereAsync"/>.</summary>
    public void Answered(string place, string answer) => _answers.Enqueue($"{place}: {answer}");

    /// <summary>Fails when a canary is in an answer, a log line, a span, a measurement, or any column of the database.</summary>
    public async Task AssertNowhereAsync(IEnumerable<Canary> canaries, CancellationToken cancellationToken)
    {
        var places = new List<string>();
        var telemetry = Telemetry();
        foreach (var canary in canaries)
        {
            places.AddRange(_answers.Where(canary.IsIn).Select(answer => $"{canary.Name} in the answer to {answer}"));
            places.AddRange(telemetry.Where(canary.IsIn).Select(seen => $"{canary.Name} in {seen}"));
            places.AddRange(Kicks.Relay.Logs.All.Where(record => canary.IsIn(record.Message) || canary.IsIn(record.Details))
                .Select(record => $"{canary.Name} in the log: {record.Category} {record.EventId} {record.Level} {record.Message} {record.Details}"));
            foreach (var needle in canary.Needles)
                places.AddRange((await DatabaseWitness.FindAsync(Kicks.Database, needle, cancellationToken)).Select(column => $"{canary.Name} in {column}"));
        }
        Assert.That(places.Select(place => place.Length <= 400 ? place : place[..400]).Distinct().Take(60), Is.Empty);
    }

    /// <summary>The witnesses see: where a text is, if it is anywhere.</summary>
    public async Task<(bool Answer, bool Log, bool Telemetry, IReadOnlyList<string> Columns)> FindAsync(string text, CancellationToken cancellationToken) =>
    (
        _answers.Any(answer => answer.Contains(text, StringComparison.Ordinal)),
        Kicks.Relay.Logs.All.Any(record => record.Message.Contains(text, StringComparison.Ordinal) || record.Details.Contains(text, StringComparison.Ordinal)),
        Telemetry().Any(seen => seen.Contains(text, StringComparison.Ordinal)),
        await DatabaseWitness.FindAsync(Kicks.Database, text, cancellationToken));

    /// <summary>All that was seen of the relay: the test's own clients trace their requests too, and what they ask it for is theirs.</summary>
    public IReadOnlyList<string> Telemetry()
    {
        var asked = $"url.full={Kicks.Relay.Address}";
        return [.. _telemetry.Look().Where(seen => !seen.Contains(asked, StringComparison.Ordinal))];
    }

    public async ValueTask DisposeAsync()
    {
        await Kicks.DisposeAsync();
        _telemetry.Dispose();
    }
}
