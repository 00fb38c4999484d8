using Microsoft.Playwright;

namespace CloudKick.Browser.Tests;

/// <summary>How somebody looks at the pages.</summary>
/// <param name="Language">What their browser asks for.</param>
/// <param name="Dark">Whether they prefer dark.</param>
/// <param name="Phone">Whether they have a phone.</param>
internal sealed record Look(string Language = "en", bool Dark = false, bool Phone = false)
{
    public const int PhoneWidth = 390;
    public const int DesktopWidth = 1280;

    public ColorScheme Colours => Dark ? ColorScheme.Dark : ColorScheme.Light;

    public ViewportSize Window => Phone ? new ViewportSize { Width = PhoneWidth, Height = 844 } : new ViewportSize { Width = DesktopWidth, Height = 900 };

    public override string ToString() => $"{(Phone ? "phone" : "desktop")}-{(Dark ? "dark" : "light")}-{Language}";
}

/// <summary>The machine's Chromium, driven by Playwright. Nothing is downloaded.</summary>
internal sealed class Browser : IAsyncDisposable
{
    private const string Variable = "CLOUDKICK_CHROMIUM";
    private const float Timeout = 30_000;

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Browser(IPlaywright playwright, IBrowser browser) => (_playwright, _browser) = (playwright, browser);

    public static async Task<Browser> StartAsync()
    {
        var chromium = Environment.GetEnvironmentVariable(Variable) ?? "/usr/bin/chromium";
        if (!File.Exists(chromium))
            Assert.Fail($"There is no {chromium}. Install it (apt-get install chromium), or name another one by {Variable}.");
        // Playwright's own five seconds are too few for a machine that has much else to do.
        Assertions.SetDefaultExpectTimeout(Timeout);
        var playwright = await Playwright.CreateAsync();
        try
        {
            return new Browser(playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
            {
                ExecutablePath = chromium,
                // Root may not have Chromium's own sandbox, and a container's /dev/shm is small.
                Args = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
                Timeout = 2 * Timeout,
            }));
        }
        catch
        {
            playwright.Dispose();
            throw;
        }
    }

    /// <summary>A visitor with cookies of their own.</summary>
    /// <param name="address">Where the relay answers.</param>
    /// <param name="look">How they look at it.</param>
    /// <param name="scripts">Whether scripts run.</param>
    /// <param name="asPrinted">Whether the address is taken as it is, and not by the name of localhost.</param>
    public async Task<Visitor> VisitAsync(Uri address, Look look, bool scripts = true, bool asPrinted = false)
    {
        var context = await _browser.NewContextAsync(new BrowserNewContextOptions
        {
            // Browsers take localhost for secure, so that secure cookies work.
            BaseURL = asPrinted ? address.ToString() : $"http://localhost:{address.Port}",
            Locale = look.Language,
            ColorScheme = look.Colours,
            ViewportSize = look.Window,
            HasTouch = look.Phone,
            JavaScriptEnabled = scripts,
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(Timeout);
        return new Visitor(context, await context.NewPageAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
