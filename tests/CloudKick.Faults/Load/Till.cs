using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Nodes;
using CloudKick.Faults.Histories;

namespace CloudKick.Faults.Load;

/// <summary>
/// A till's backend as it should be: every kick has an <c>Idempotency-Key</c>, and what got no answer, or one that says to try again, is
/// asked again with it, at the next address. Thread-safe.
/// </summary>
public sealed class Till : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly History _history;
    private readonly Func<string, string> _tokenOf;
    private readonly Func<IReadOnlyList<Uri>> _addresses;
    private readonly ConcurrentDictionary<string, string> _terminalOf = [];
    private readonly HttpClient _client = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(5) });
    private int _next;

    /// <param name="history">Takes note of what is asked and answered.</param>
    /// <param name="tokenOf">The API key to ask with, by the terminal.</param>
    /// <param name="addresses">Where the API answers now.</param>
    public Till(History history, Func<string, string> tokenOf, Func<IReadOnlyList<Uri>> addresses)
    {
        _history = history;
        _addresses = addresses;
        _tokenOf = tokenOf;
        _client.Timeout = Timeout.InfiniteTimeSpan;
    }

    /// <summary>How long one answer is waited for. Default 5 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a kick is asked for before the till gives up; then the run has failed. Default 60 s.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>The kicks' time to live in seconds. Default 30.</summary>
    public int TtlSeconds { get; init; } = 30;

    /// <summary>How long the relay is asked to wait for a kick's end before it answers (<c>Prefer: wait</c>), whole seconds. Default 0: it is not asked to.</summary>
    public TimeSpan Wait { get; init; }

    /// <summary>Asks for a kick until there is an answer that stands; null when patience ended first.</summary>
    public async Task<Happening.Answered?> KickAsync(string terminal, string key, CancellationToken cancellationToken = default)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            while (true)
            {
                if (await AskAsync(terminal, key, patience.Token) is { } answer && !IsToBeRepeated(answer.Status, answer.Text))
                    return answer;
                await Task.Delay(Pause, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Asks once; null when there is no answer.</summary>
    public async Task<Happening.Answered?> AskAsync(string terminal, string key, CancellationToken cancellationToken = default)
    {
        var addresses = _addresses();
        var address = addresses[(int)((uint)Interlocked.Increment(ref _next) % addresses.Count)];
        _history.Add(new Happening.Asked(_history.Now, key, terminal, address.Authority));
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(RequestTimeout);
        try
        {
            using var request = Request(new Uri(address, "v1/kicks"), terminal, key);
            if (Wait > TimeSpan.Zero)
                request.Headers.Add("Prefer", string.Create(CultureInfo.InvariantCulture, $"wait={Wait.TotalSeconds:0}"));
            using var response = await _client.SendAsync(request, timeout.Token);
            var body = Parse(response.StatusCode, await response.Content.ReadAsStringAsync(timeout.Token));
            var answer = new Happening.Answered(
                _history.Now, key, terminal, (int)response.StatusCode, (string?)body?["id"], (string?)body?["state"] ?? (string?)body?["code"] ?? "");
            _history.Add(answer);
            if (answer.KickId is { } kick)
                _terminalOf[kick] = terminal;
            return answer;
        }
        // HttpClient lets a socket's own exception through when a connection is reset between its start and its first byte.
        catch (Exception exception) when (
            exception is HttpRequestException or IOException or SocketException or JsonException || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            _history.Add(new Happening.Unanswered(_history.Now, key, terminal, exception.Message));
            return null;
        }
    }

    /// <summary>A kick that this till asked for, as the API shows it now; or the problem that it tells.</summary>
    public async Task<JsonObject> GetAsync(string kickId, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_addresses()[0], "v1/kicks/" + kickId));
        request.Headers.Authorization = Bearer(_terminalOf[kickId]);
        using var response = await _client.SendAsync(request, cancellationToken);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(cancellationToken))!.AsObject();
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    private static bool IsToBeRepeated(int status, string code) =>
        status is >= 500 or (int)HttpStatusCode.TooManyRequests || code is "idempotency-key-in-use" or "kick-in-progress";

    // A server's error without a problem document is an answer too: a fault is not to pass for a torn link.
    private static JsonNode? Parse(HttpStatusCode status, string body)
    {
        try
        {
            return JsonNode.Parse(body);
        }
        catch (JsonException) when (status >= HttpStatusCode.InternalServerError)
        {
            return null;
        }
    }

    private HttpRequestMessage Request(Uri address, string terminal, string key) => new(HttpMethod.Post, address)
    {
        Content = new StringContent(
            new JsonObject
            {
                ["terminalId"] = terminal,
                ["managementSystemId"] = "GrundmasterNL",
                ["accessProtocol"] = "OPI_NL",
                ["onOffline"] = "try",
                ["ttlSeconds"] = TtlSeconds,
                ["reference"] = string.Create(CultureInfo.InvariantCulture, $"{key}"),
            }.ToJsonString(),
            new MediaTypeHeaderValue("application/json")),
        Headers = { { "Idempotency-Key", key }, { "Authorization", Bearer(terminal).ToString() } },
    };

    private AuthenticationHeaderValue Bearer(string terminal) => new("Bearer", _tokenOf(terminal));
}
