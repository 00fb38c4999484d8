using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using CloudKick.Testing;

namespace CloudKick.EndToEnd.Tests.Canaries;

/// <summary>
/// The whole of it, with everything logged that a library can log, all telemetry seen, and every answer kept: what was sent must be in
/// none of it.
/// </summary>
internal sealed partial class CanaryStage : IAsyncDisposable
{
    private static readonly Dictionary<string, string?> Settings = new(RelayHost.NoRateLimits)
    {
        ["Logging:LogLevel:Default"] = "Trace",
        ["Logging:LogLevel:CloudKick"] = "Trace",
        ["Logging:LogLevel:Microsoft"] = "Trace",
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Trace",
        ["Logging:LogLevel:Npgsql"] = "Trace",
    };

    private const int MaximumPlaces = 60;
    private const int MaximumPlaceLength = 400;
    private const string PublicUrl = "https://relay.example.test";

    private readonly TelemetryWitness _telemetry;
    private readonly ConcurrentQueue<string> _answers = [];

    private CanaryStage(TelemetryWitness telemetry, SmtpInbox inbox, KickStage stage, HttpClient merchant, HttpClient admin, ApiSurface api)
    {
        (_telemetry, Inbox, Kicks, Merchant, Admin, Api) = (telemetry, inbox, stage, merchant, admin, api);
    }

    /// <summary>Takes the relay's mails.</summary>
    public SmtpInbox Inbox { get; }

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
        var inbox = new SmtpInbox();
        var all = new Dictionary<string, string?>(Settings.Concat(inbox.Settings(PublicUrl)));
        foreach (var (name, value) in settings)
            all[name] = value;
        var stage = await KickStage.StartAsync(all, cancellationToken: cancellationToken);
        var merchant = await stage.Relay.CreateClientAsync(stage.Merchant, [.. Scopes.OfMerchants]);
        var admin = await stage.Relay.CreateAdminClientAsync();
        var openApi = JsonNode.Parse(await admin.GetStringAsync(new Uri("swagger/v1/swagger.json", UriKind.Relative), cancellationToken))!;
        return new CanaryStage(telemetry, inbox, stage, merchant, admin, new ApiSurface(openApi));
    }

    /// <summary>Sends a request as whoever the call is for, and keeps the answer.</summary>
    public async Task SendAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        using var message = ApiSurface.ToMessage(request);
        // A stream that opens stays open: its beginning is enough.
        using var response = await (request.Address.StartsWith("/v1/admin", StringComparison.Ordinal) ? Admin : Merchant)
            .SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var body = response.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "" : await response.Content.ReadAsStringAsync(cancellationToken);
        Answered(request.Place, $"{(int)response.StatusCode} {response.Headers} {response.Content.Headers} {body}");
    }

    /// <summary>Keeps an answer for <see cref="AssertNowhereAsync"/>.</summary>
    public void Answered(string place, string answer) => _answers.Enqueue($"{place}: {answer}");

    /// <summary>Keeps a page with all that came with it, but for the address that was asked for: nobody is told anything by their own.</summary>
    public void Answered(string place, string asked, PageAnswer answer)
    {
        var path = answer.Path == asked ? "" : answer.Path;
        Answered(place, $"{(int)answer.Status} {path} {string.Join(' ', answer.Headers.Select(header => $"{header.Key}: {header.Value}"))} {answer.Html}");
    }

    /// <summary>Fails when a canary is in an answer, a mail, a log line, a span, a measurement, or any column of the database.</summary>
    public async Task AssertNowhereAsync(IEnumerable<Canary> canaries, CancellationToken cancellationToken)
    {
        var places = new List<string>();
        var telemetry = Telemetry();
        foreach (var canary in canaries)
        {
            places.AddRange(_answers.Where(canary.IsIn).Select(answer => $"{canary.Name} in the answer to {canary.Excerpt(answer)}"));
            places.AddRange(Mails().Where(canary.IsIn).Select(mail => $"{canary.Name} in the mail {canary.Excerpt(mail)}"));
            places.AddRange(telemetry.Where(canary.IsIn).Select(seen => $"{canary.Name} in {canary.Excerpt(seen)}"));
            places.AddRange(Kicks.Relay.Logs.All.Where(record => canary.IsIn(record.Message) || canary.IsIn(record.Details))
                .Select(record => $"{canary.Name} in the log: {record.Category} {record.EventId} {record.Level} {record.Message} {record.Details}"));
            foreach (var needle in canary.Needles)
                places.AddRange((await DatabaseWitness.FindAsync(Kicks.Database, needle, cancellationToken)).Select(column => $"{canary.Name} in {column}"));
        }
        Assert.That(string.Join('\n', places.Select(place => place.Length <= MaximumPlaceLength ? place : place[..MaximumPlaceLength]).Distinct().Take(MaximumPlaces)), Is.Empty);
    }

    /// <summary>The witnesses see: where a text is, if it is anywhere.</summary>
    public async Task<(bool Answer, bool Log, bool Telemetry, IReadOnlyList<string> Columns)> FindAsync(string text, CancellationToken cancellationToken) =>
    (
        _answers.Any(answer => answer.Contains(text, StringComparison.Ordinal)),
        Kicks.Relay.Logs.All.Any(record => record.Message.Contains(text, StringComparison.Ordinal) || record.Details.Contains(text, StringComparison.Ordinal)),
        Telemetry().Any(seen => seen.Contains(text, StringComparison.Ordinal)),
        await DatabaseWitness.FindAsync(Kicks.Database, text, cancellationToken));

    /// <summary>What was mailed, without the link that each mail is for.</summary>
    public IReadOnlyList<string> Mails() => [.. Inbox.Mails.Select(mail => $"{mail.To} {mail.Subject} {Link().Replace(mail.Text, "", 1)}")];

    /// <summary>All that was seen of the relay: the test's own clients trace their requests too, and what they ask it for is theirs.</summary>
    public IReadOnlyList<string> Telemetry()
    {
        var asked = $"url.full={Kicks.Relay.Address}";
        return [.. _telemetry.Look().Where(seen => !seen.Contains(asked, StringComparison.Ordinal) && !IsOfClients(seen))];
    }

    private bool IsOfClients(string seen) =>
        seen.StartsWith("metric System.Net.Http ", StringComparison.Ordinal) && seen.Contains($" server.port={Kicks.Relay.Address.Port} ", StringComparison.Ordinal);

    public async ValueTask DisposeAsync()
    {
        await Kicks.DisposeAsync();
        await Inbox.DisposeAsync();
        _telemetry.Dispose();
    }

    [GeneratedRegex(PublicUrl + OneTimeLinks.PagePath + @"[^\s/]+")]
    private static partial Regex Link();
}
