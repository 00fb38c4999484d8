using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using CloudKick.Testing;

namespace CloudKick.Relay.Tests.Admin;

/// <summary>The parts of a page that it is sent while it is open.</summary>
internal sealed class LivePage : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly HttpResponseMessage _response;
    private readonly IAsyncEnumerator<SseItem<string>> _events;

    private LivePage(HttpClient http, HttpResponseMessage response, IAsyncEnumerator<SseItem<string>> events) =>
        (_http, _response, _events) = (http, response, events);

    /// <summary>Opens it as the visitor who is signed in there.</summary>
    public static async Task<LivePage> OpenAsync(RelayHost relay, PageClient visitor, string path, CancellationToken cancellationToken)
    {
        var http = new HttpClient { BaseAddress = relay.Address };
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(path, UriKind.Relative));
        request.Headers.Add("Cookie", string.Join("; ", visitor.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return new LivePage(http, response, SseParser.Create(body).EnumerateAsync(cancellationToken).GetAsyncEnumerator(cancellationToken));
    }

    /// <summary>The next part, and what is said of it to whoever does not see it; null: the page is complete.</summary>
    public async Task<(string Html, string Said)?> NextAsync()
    {
        if (!await _events.MoveNextAsync())
            throw new InvalidOperationException("The page broke off.");
        if (_events.Current.EventType == "end")
            return null;
        var part = JsonNode.Parse(_events.Current.Data)!;
        return ((string)part["html"]!, (string)part["said"]!);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _events.DisposeAsync();
        _response.Dispose();
        _http.Dispose();
    }
}
