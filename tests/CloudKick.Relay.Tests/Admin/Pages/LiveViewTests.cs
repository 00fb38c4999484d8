using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Admin.Pages;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>A live view, in the place of the account page.</summary>
[CancelAfter(60_000)]
internal sealed class LiveViewTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database, new RelayHostOptions
        {
            Configure = builder => builder.Services.Configure<MvcOptions>(mvc => mvc.Filters.Add(new Instead())),
        });
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _relay.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Test]
    public async Task Parts_come_as_the_page_would_write_them_in_the_readers_language_and_then_the_end(CancellationToken cancellationToken)
    {
        var browser = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);

        using var response = await AskAsync(browser, "/account?live=2", cancellationToken);
        var stream = await response.Content.ReadAsStringAsync(cancellationToken);

        Assert.That(response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
        Assert.That(response.Headers.CacheControl!.NoStore, Is.True);
        Assert.That(stream.Split("event: part\ndata: "), Has.Length.EqualTo(3), stream);
        Assert.That(stream, Does.Contain("\"id\":\"here\"").And.Contain("part 1").And.Contain("Wat te doen:").And.EndWith("event: end\ndata:\n\n"));
    }

    [Test]
    public async Task Who_is_not_signed_in_gets_no_stream(CancellationToken cancellationToken)
    {
        using var response = await AskAsync(_relay.CreateBrowser(), "/account?live=1", cancellationToken);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
        Assert.That(response.Headers.Location!.OriginalString, Does.StartWith("/sign-in"));
    }

    [Test]
    public async Task A_browser_that_leaves_ends_what_makes_the_parts(CancellationToken cancellationToken)
    {
        var browser = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        var ended = Instead.Ended = new TaskCompletionSource();

        using (var response = await AskAsync(browser, "/account?live=endless", cancellationToken))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
            while (await reader.ReadLineAsync(cancellationToken) is { } line && !line.StartsWith("event: part", StringComparison.Ordinal))
            {
            }
        }

        Assert.That(async () => await ended.Task.WaitAsync(cancellationToken), Throws.Nothing);
    }

    private async Task<HttpResponseMessage> AskAsync(PageClient browser, string path, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false });
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_relay.Address, path));
        request.Headers.Add("Accept", "text/event-stream");
        request.Headers.Add("Accept-Language", "nl");
        if (browser.Cookies.Count > 0)
            request.Headers.Add("Cookie", string.Join("; ", browser.Cookies.Select(cookie => $"{cookie.Key}={cookie.Value}")));
        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
    }

    private sealed class Instead : IAsyncPageFilter
    {
        public static TaskCompletionSource? Ended { get; set; }

        public Task OnPageHandlerSelectionAsync(PageHandlerSelectedContext context) => Task.CompletedTask;

        public async Task OnPageHandlerExecutionAsync(PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
        {
            var live = context.HttpContext.Request.Query["live"].ToString();
            if (live.Length == 0)
                await next();
            else
                context.Result = new LiveView(token => live == "endless" ? EndlessAsync(token) : Parts(int.Parse(live, System.Globalization.CultureInfo.InvariantCulture)));
        }

        private static async IAsyncEnumerable<LivePart> Parts(int count)
        {
            for (var i = 1; i <= count; i++)
            {
                await Task.Yield();
                yield return Part(i);
            }
        }

        private static async IAsyncEnumerable<LivePart> EndlessAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                yield return Part(1);
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            finally
            {
                Ended?.SetResult();
            }
        }

        private static LivePart Part(int number) => new("here", "_Trouble", new Trouble($"part {number}", Fix: "nothing"));
    }
}
