namespace CloudKick.Browser.Tests;

/// <summary>What looks at the pages sees what is wrong with one.</summary>
[CancelAfter(120_000)]
internal sealed class AxeTests
{
    [TestCase(false, "color-contrast image-alt")]
    [TestCase(true, "color-contrast")]
    public async Task What_is_hard_to_use_is_found(bool onlyColours, string rules)
    {
        await using var browser = await Browser.StartAsync();
        await using var visitor = await browser.VisitAsync(new Uri("http://localhost"), new Look());
        await visitor.Page.SetContentAsync(
            """<html lang="en"><title>Pale</title><main><h1>Pale</h1><img src="data:,"><p style="color: #bbb; background: #fff">Hardly to be read</p></main>""");

        var faults = await Axe.FaultsAsync(visitor.Page, onlyColours);

        Assert.That(string.Join(' ', faults.Select(fault => fault.Split(':')[0]).Order()), Is.EqualTo(rules));
    }
}
