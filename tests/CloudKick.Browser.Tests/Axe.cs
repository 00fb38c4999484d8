using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace CloudKick.Browser.Tests;

/// <summary>
/// axe-core, in the page that is looked at. The package for Playwright opens another page for each result, for the sake of frames, of which
/// ours have none; that took most of the time of all looks.
/// </summary>
internal static class Axe
{
    private const string Run =
        """
        async rules => {
            const found = await axe.run(document, { runOnly: rules, resultTypes: ['violations'] });
            return found.violations
                .filter(violation => ['serious', 'critical'].includes(violation.impact))
                .map(violation => `${violation.id}: ${violation.help}: ${violation.nodes[0].html}`);
        }
        """;

    private static readonly string Script = new BundledAxeScriptProvider().GetScript();

    // What the colours decide; the rest of what axe knows is the same in the dark.
    private static readonly string[] Colours = ["color-contrast", "link-in-text-block"];

    private static readonly string[] Tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

    /// <summary>What is serious or worse on the page as it stands, or of that what colours decide.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(IPage page, bool onlyColours)
    {
        if (!await page.EvaluateAsync<bool>("() => 'axe' in window"))
            await page.EvaluateAsync(Script);
        return await page.EvaluateAsync<string[]>(Run, onlyColours ? Colours : Tags);
    }
}
