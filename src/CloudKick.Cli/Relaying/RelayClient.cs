using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using CloudKick.Cli.CommandLine;

namespace CloudKick.Cli.Relaying;

/// <summary>The relay's HTTP API, v1. An error answer is thrown as the <see cref="CliException"/> that ends the command.</summary>
internal sealed class RelayClient : IDisposable
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    // Longer than any answer that the relay holds on purpose (Prefer: wait=25).
    private static readonly TimeSpan AnswerTimeout = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(10);

    // Asked by the relay to wait longer than this, we say so instead.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    public RelayClient(RelayTarget target)
    {
        _http = new HttpClient(new SocketsHttpHandler { ConnectTimeout = ConnectTimeout, AllowAutoRedirect = false })
        {
            BaseAddress = new Uri(target.Url.AbsoluteUri.TrimEnd('/') + '/'),
            Timeout = AnswerTimeout,
        };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", target.Key);
        _http.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("cloudkick-cli", typeof(RelayClient).Assembly.GetName().Version?.ToString(3)));
    }

    public Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) =>
        SendAsync<T>(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);

    public Task<T> SendAsync<T>(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        SendAsync<T>(() => new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body, options: Json) }, cancellationToken);

    /// <summary>Sends something that is answered without a body.</summary>
    public async Task SendAsync(HttpMethod method, string path, CancellationToken cancellationToken)
    {
        using var answer = await SendUntilTakenAsync(() => new HttpRequestMessage(method, path), cancellationToken);
    }

    /// <summary>An answer that is not JSON, as it came.</summary>
    public async Task<string> GetTextAsync(string path, CancellationToken cancellationToken)
    {
        using var answer = await SendUntilTakenAsync(() => new HttpRequestMessage(HttpMethod.Get, path), cancellationToken);
        return await answer.Content.ReadAsStringAsync(cancellationToken);
    }

    /// <summary>All pages of a list.</summary>
    public async Task<IReadOnlyList<T>> GetAllAsync<T>(string path, CancellationToken cancellationToken)
    {
        var all = new List<T>();
        string? cursor = null;
        do
        {
            var page = await GetAsync<Page<T>>(cursor is null ? path : $"{path}&cursor={Uri.EscapeDataString(cursor)}", cancellationToken);
            all.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return all;
    }

    /// <summary>Sends, waiting as long as the relay asks when a request comes too soon; returns the answer's body.</summary>
    public async Task<T> SendAsync<T>(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        using var answer = await SendUntilTakenAsync(request, cancellationToken);
        try
        {
            return await answer.Content.ReadFromJsonAsync<T>(Json, cancellationToken) ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new CliException(ExitCode.Failed, $"The answer of {_http.BaseAddress} is not a CloudKick relay's.");
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendUntilTakenAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var answer = await SendOnceAsync(request, cancellationToken);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
            {
                if (answer.StatusCode != HttpStatusCode.TooManyRequests || answer.Headers.RetryAfter?.Delta is not { } pause || pause > LongestPause)
                    throw (await ReadProblemAsync(answer, cancellationToken)).ToException((int)answer.StatusCode);
                await Task.Delay(pause, cancellationToken);
            }
        }
    }

    private async Task<HttpResponseMessage> SendOnceAsync(Func<HttpRequestMessage> create, CancellationToken cancellationToken)
    {
        try
        {
            using var request = create();
            return await _http.SendAsync(request, cancellationToken);
        }
        catch (HttpRequestException unreachable)
        {
            throw CliException.Unavailable(
                $"No relay answers at {_http.BaseAddress}: {unreachable.Message}",
                "Is it running? `cloudkick local` starts one on this machine.");
        }
        catch (TaskCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw CliException.Unavailable(string.Create(
                CultureInfo.InvariantCulture, $"The relay at {_http.BaseAddress} did not answer within {AnswerTimeout.TotalSeconds:0} s."));
        }
    }

    private static async Task<RelayProblem> ReadProblemAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            return await answer.Content.ReadFromJsonAsync<RelayProblem>(Json, cancellationToken) ?? new RelayProblem();
        }
        catch (JsonException)
        {
            return new RelayProblem { Detail = "What answered is not a CloudKick relay, or something in front of one." };
        }
    }

    private sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);
}
