using System.Net;
using System.Text.RegularExpressions;

namespace CloudKick.Testing;

/// <summary>A page as a browser without scripts got it, after any redirects.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Path">The address that it came from, with its query.</param>
/// <param name="Html">The page.</param>
/// <param name="Headers">The answer's headers.</param>
public sealed partial record PageAnswer(HttpStatusCode Status, string Path, string Html, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>What a reader reads: no tags, no entities, single spaces.</summary>
    public string Text => Spaces().Replace(WebUtility.HtmlDecode(Tags().Replace(Html, " ")), " ");

    /// <summary>The value of an input on the page.</summary>
    public string Field(string name)
    {
        var input = Inputs().Matches(Html).Select(match => match.Value).FirstOrDefault(tag => tag.Contains($"name=\"{name}\"", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"The page has no input {name}: {Text}");
        return WebUtility.HtmlDecode(Value().Match(input).Groups[1].Value);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{(int)Status} {Path}: {Text}";

    [GeneratedRegex("<style.*?</style>|<script.*?</script>|<[^>]*>", RegexOptions.Singleline)]
    private static partial Regex Tags();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex("<input[^>]*>")]
    private static partial Regex Inputs();

    [GeneratedRegex("value=\"([^\"]*)\"")]
    private static partial Regex Value();
}

/// <summary>
/// A browser without scripts: keeps cookies (secure ones too: to a browser, loopback is secure), follows redirects, sends a page's form
/// with its token. Not thread-safe.
/// </summary>
public sealed class PageClient(Uri address) : IDisposable
{
    private const string TokenField = "__RequestVerificationToken";
    private const int MaximumRedirects = 5;

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = address };

    /// <summary>The cookies that it holds.</summary>
    public Dictionary<string, string> Cookies { get; } = new(StringComparer.Ordinal);

    /// <summary>What it asks for; English by default.</summary>
    public string Language { get; set; } = "en";

    /// <summary>Opens a page.</summary>
    public Task<PageAnswer> OpenAsync(string path, CancellationToken cancellationToken, bool follow = true) =>
        SendAsync(HttpMethod.Get, path, null, follow, cancellationToken);

    /// <summary>Opens a page and sends one of its forms: the page's token and these fields.</summary>
    public async Task<PageAnswer> SubmitAsync(
        string path, CancellationToken cancellationToken, string? to = null, bool follow = true, params (string Name, string Value)[] fields)
    {
        var page = await OpenAsync(path, cancellationToken);
        return await PostAsync(to ?? path, page.Field(TokenField), cancellationToken, follow, fields);
    }

    /// <summary>Sends a form without opening its page.</summary>
    /// <param name="path">Where to.</param>
    /// <param name="token">The form's token; null sends none.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <param name="follow">Whether to follow redirects.</param>
    /// <param name="fields">What is filled in.</param>
    public Task<PageAnswer> PostAsync(
        string path, string? token, CancellationToken cancellationToken, bool follow = true, params (string Name, string Value)[] fields)
    {
        var all = fields.Select(field => KeyValuePair.Create(field.Name, field.Value));
        return SendAsync(
            HttpMethod.Post, path, new FormUrlEncodedContent(token is null ? all : all.Append(new(TokenField, token))), follow, cancellationToken);
    }

    /// <summary>Signs in with a password; where that leads.</summary>
    public Task<PageAnswer> SignInAsync(string email, string password, CancellationToken cancellationToken) =>
        SubmitAsync("/sign-in", cancellationToken, fields: [("Email", email), ("Password", password)]);

    /// <summary>A page's form token.</summary>
    public async Task<string> TokenAsync(string path, CancellationToken cancellationToken) => (await OpenAsync(path, cancellationToken)).Field(TokenField);

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>Any request, with its cookies, and with further headers when there are any.</summary>
    public async Task<PageAnswer> SendAsync(
        HttpMethod method, string path, HttpContent? content, bool follow, CancellationToken cancellationToken, params (string Name, string Value)[] further)
    {
        for (var redirects = 0; ; redirects++)
        {
            using var request = new HttpRequestMessage(method, new Uri(path, UriKind.RelativeOrAbsolute)) { Content = content };
            request.Headers.Add("Accept", "text/html");
            request.Headers.Add("Accept-Language", Language);
            if (Cookies.Count > 0)
                request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
            foreach (var (name, value) in further)
                request.Headers.TryAddWithoutValidation(name, value);
            using var response = await _http.SendAsync(request, cancellationToken);
            Keep(response);
            if (follow && response.Headers.Location is { } location && redirects < MaximumRedirects)
            {
                (method, path, content) = (HttpMethod.Get, location.OriginalString, null);
                continue;
            }

            var headers = response.Headers.Concat(response.Content.Headers)
                .ToDictionary(header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
            return new PageAnswer(response.StatusCode, path, await response.Content.ReadAsStringAsync(cancellationToken), headers);
        }
    }

    private void Keep(HttpResponseMessage response)
    {
        if (!response.Headers.TryGetValues("Set-Cookie", out var cookies))
            return;
        foreach (var cookie in cookies)
        {
            var pair = cookie.Split(';')[0].Split('=', 2);
            if (pair[1].Length == 0 || cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.OrdinalIgnoreCase))
                Cookies.Remove(pair[0]);
            else
                Cookies[pair[0]] = pair[1];
        }
    }
}
