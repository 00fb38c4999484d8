using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.RegularExpressions;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Admin.Pages;
using CloudKick.Relay.Security;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Dapper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CloudKick.Relay.Tests.Admin.Pages;

/// <summary>A live view, in the place of the account page.</summary>
[CancelAfter(60_000)]
internal sealed partial class LiveViewTests
{
    private TestDatabase _database = null!;
    private RelayHost _relay = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _database = await TestDatabase.CreateAsync();
        _relay = await RelayHost.StartAsync(_database, new RelayHostOptions
        {
            // Each heartbeat asks again whether the reader may still look.
            Settings = new Dictionary<string, string?> { ["CloudKick:Streams:Heartbeat"] = "00:00:01" },
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
        Assert.That(stream, Does.Contain("\"id\":\"here\"").And.Contain("part 1").And.Contain("\"said\":\"1 of them\"").And.Contain("Wat te doen:").And.EndWith("event: end\ndata: \n\n"));
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

    [Test]
    public async Task A_page_that_is_left_open_is_not_used(CancellationToken cancellationToken)
    {
        var browser = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        await SessionAsync(browser, "seen_at = now() - interval '50 min'", cancellationToken);

        using (await AskAsync(browser, "/account?live=2", cancellationToken))
        {
        }

        var afterStream = await IdleMinutesAsync(browser, cancellationToken);
        var refreshed = Refresh().Match((await browser.OpenAsync("/platform/overview?unattended", cancellationToken)).Html).Groups[1].Value;
        var overview = await browser.OpenAsync("/platform/overview" + refreshed, cancellationToken);
        var afterRefresh = await IdleMinutesAsync(browser, cancellationToken);
        await browser.OpenAsync("/account", cancellationToken);

        Assert.That(overview.Status, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(refreshed, Does.StartWith("?"));
        Assert.That(afterStream, Is.EqualTo(50).Within(1));
        Assert.That(afterRefresh, Is.EqualTo(50).Within(1));
        Assert.That(await IdleMinutesAsync(browser, cancellationToken), Is.EqualTo(0).Within(1), "its reader loaded the page");
    }

    [TestCase("seen_at = now() - interval '61 min'", "idle for longer than may be")]
    [TestCase("ended_at = now()", "ended")]
    [TestCase("ends_at = now()", "as long as a session may be")]
    public async Task Whoever_is_signed_in_no_more_sees_no_more(string change, string because, CancellationToken cancellationToken)
    {
        var browser = await _relay.SignInAsync(null, Roles.PlatformOperator, cancellationToken);
        using var response = await AskAsync(browser, "/account?live=endless", cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        await SkipToPartAsync(reader, cancellationToken);

        await SessionAsync(browser, change, cancellationToken);
        var rest = await reader.ReadToEndAsync(cancellationToken);
        using var again = await AskAsync(browser, "/account?live=endless", cancellationToken);

        Assert.That(rest, Does.Not.Contain("event:"), because);
        Assert.That(again.StatusCode, Is.EqualTo(HttpStatusCode.Redirect));
    }

    [Test]
    public async Task Whoever_is_shut_out_or_given_another_role_sees_no_more([Values] bool disabled, CancellationToken cancellationToken)
    {
        var merchant = await _relay.AddMerchantAsync(cancellationToken: cancellationToken);
        var email = await _relay.AddUserAsync(merchant, Roles.Admin, cancellationToken);
        await _relay.AddUserAsync(merchant, Roles.Admin, cancellationToken); // the last one may not be shut out
        using var browser = new PageClient(_relay.Address);
        await browser.SignInAsync(email, RelayHost.Password, cancellationToken);
        using var response = await AskAsync(browser, "/account?live=busy", cancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(cancellationToken), Encoding.UTF8);
        await SkipToPartAsync(reader, cancellationToken);

        var registry = _relay.Services.GetRequiredService<UserRegistry>();
        var user = (await registry.FindAsync(merchant, email, cancellationToken))!;
        await registry.ChangeAsync(
            merchant, user.UserId, was => disabled ? was with { DisabledAt = was.CreatedAt } : was with { Role = Roles.Viewer }, Actor.Cli, cancellationToken);
        var rest = await reader.ReadToEndAsync(cancellationToken);

        // Parts come without a pause here: it ends all the same.
        Assert.That(rest, Does.Contain("event: part").And.Not.Contain("event: end"));
    }

    // What a browser without scripts does by itself.
    [GeneratedRegex("http-equiv=\"refresh\" content=\"[0-9]+;url=([^\"]*)\"")]
    private static partial Regex Refresh();

    private static async Task SkipToPartAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        while (await reader.ReadLineAsync(cancellationToken) is { } line && !line.StartsWith("event: part", StringComparison.Ordinal))
        {
        }

        await reader.ReadLineAsync(cancellationToken);
    }

    private async Task SessionAsync(PageClient browser, string change, CancellationToken cancellationToken) =>
        await SuperuserAsync<int>($"update user_sessions set {change} where token_hash = @hash returning 1", browser, cancellationToken);

    private Task<double> IdleMinutesAsync(PageClient browser, CancellationToken cancellationToken) =>
        SuperuserAsync<double>("select extract(epoch from now() - seen_at)::float8 / 60 from user_sessions where token_hash = @hash", browser, cancellationToken);

    private async Task<T> SuperuserAsync<T>(string sql, PageClient browser, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(_database.SuperuserConnectionString);
        var hash = SecretToken.Parse(browser.Cookies[SessionCookie.Name])!.Hash;
        return await connection.QuerySingleAsync<T>(new CommandDefinition(sql, new { hash }, cancellationToken: cancellationToken));
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
            {
                context.Result = new LiveView(token => live switch
                {
                    "endless" => EndlessAsync(token),
                    "busy" => BusyAsync(token),
                    _ => Parts(int.Parse(live, System.Globalization.CultureInfo.InvariantCulture)),
                });
            }
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

        private static async IAsyncEnumerable<LivePart> BusyAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var i = 1; ; i++)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellationToken);
                yield return Part(i);
            }
        }

        private static LivePart Part(int number) => new("here", "_Trouble", new Trouble($"part {number}", Fix: "nothing"), $"{number} of them");
    }
}
