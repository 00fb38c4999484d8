using System.Collections.Concurrent;
using CloudKick.Relay.Users;
using CloudKick.Testing;
using Microsoft.Playwright;

namespace CloudKick.Browser.Tests;

/// <summary>Somebody at a browser; what the browser complains of is kept, a breach of the content security policy for one.</summary>
internal sealed class Visitor : IAsyncDisposable
{
    private readonly IBrowserContext _context;

    public Visitor(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) =>
        {
            // An answer that is an error by its status is a page of ours, too.
            if (message.Type == "error" && !message.Text.Contains("Failed to load resource", StringComparison.Ordinal))
                Complaints.Enqueue(message.Text);
        };
        page.PageError += (_, error) => Complaints.Enqueue(error);
    }

    public IPage Page { get; }

    public ConcurrentQueue<string> Complaints { get; } = [];

    /// <summary>What the page's heading says.</summary>
    public Task<string> HeadingAsync() => Page.Locator("h1").InnerTextAsync();

    /// <summary>Looks at the page that is open in another light, or through a smaller window. Its language stays.</summary>
    public async Task LookAsync(Look look)
    {
        await Page.EmulateMediaAsync(new PageEmulateMediaOptions { ColorScheme = look.Colours });
        await Page.SetViewportSizeAsync(look.Window.Width, look.Window.Height);
    }

    public async Task OpenAsync(string path)
    {
        var answer = await Page.GotoAsync(path);
        Assert.That(answer!.Ok, Is.True, $"{path}: {answer.Status}");
    }

    /// <summary>Fills in a field by its name, which is the same in every language.</summary>
    public Task FillAsync(string name, string value) => Page.Locator($"[name=\"{name}\"]").First.FillAsync(value);

    /// <summary>Sends the form that a field is in.</summary>
    public Task SubmitAsync(string name) => Page.Locator($"form:has([name=\"{name}\"]) button:not([type=button])").First.ClickAsync();

    /// <summary>As <see cref="SubmitAsync"/>, until the next page is there.</summary>
    public Task SubmitAndWaitAsync(string name) => ClickAndWaitAsync($"form:has([name=\"{name}\"]) button:not([type=button])");

    /// <summary>Clicks the first of these, until the next page is there.</summary>
    public async Task ClickAndWaitAsync(string selector)
    {
        // The page that is left is marked: the next one is not.
        await Page.EvaluateAsync("() => { document.documentElement.dataset.left = 'yes'; }");
        await Page.Locator(selector).First.ClickAsync();
        await Assertions.Expect(Page.Locator("html:not([data-left])")).ToHaveCountAsync(1);
        await Page.WaitForLoadStateAsync();
    }

    /// <summary>Opens what a field is folded in.</summary>
    public Task UnfoldAsync(string name) => Page.Locator($"details:has([name=\"{name}\"]) > summary").First.ClickAsync();

    /// <summary>Signs in with the password of the tests' people.</summary>
    public async Task SignInAsync(string email)
    {
        await OpenAsync("/sign-in");
        await FillAsync("Email", email);
        await FillAsync("Password", RelayHost.Password);
        await SubmitAsync("Password");
    }

    /// <summary>The code that an authenticator app shows for a secret, this step's or a later one's.</summary>
    public static string CodeOf(string secret, int later = 0) =>
        Totp.Code(FromBase32(secret), Totp.StepAt(TimeProvider.System.GetUtcNow()) + later);

    // RFC 4648 §6, as authenticator apps read what is typed.
    private static byte[] FromBase32(string text)
    {
        var (bits, count, bytes) = (0, 0, new List<byte>());
        foreach (var digit in text.Where(char.IsAsciiLetterOrDigit))
        {
            bits = (bits << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(char.ToUpperInvariant(digit), StringComparison.Ordinal)) & 0xFFFF;
            count += 5;
            if (count < 8)
                continue;
            count -= 8;
            bytes.Add((byte)(bits >> count));
        }

        return [.. bytes];
    }

    public ValueTask DisposeAsync() => _context.DisposeAsync();
}
