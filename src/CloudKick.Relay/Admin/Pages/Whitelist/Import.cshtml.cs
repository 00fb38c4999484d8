using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Csv;
using CloudKick.Relay.FreeTexts;
using CloudKick.Relay.Hosting;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Whitelist;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>
/// Many terminals out of a CSV file. First what each line would do and what is wrong, and nothing is changed; then, when nothing is wrong,
/// all of it or nothing.
/// </summary>
[RequireScope(Scopes.WhitelistWrite), BodyLimit(MaximumBytes)]
internal sealed class WhitelistImportPage(MerchantWhitelist whitelist, TerminalDirectory terminals, IOptions<PageOptions> options) : MerchantPage
{
    // What is typed comes percent-encoded.
    private const int MaximumBytes = 2 * CsvRequest.MaximumBytes;

    [BindProperty]
    public IFormFile? Upload { get; set; }

    [BindProperty]
    public string? Text { get; set; }

    /// <summary>Which part of the preview.</summary>
    [BindProperty]
    public int Part { get; set; } = 1;

    /// <summary>What was previewed, when that is to be done.</summary>
    [BindProperty]
    public string? Previewed { get; set; }

    public override string Title => "Whitelist.ImportTitle";

    public WhitelistPreview? Preview { get; private set; }

    /// <summary>The text, as it is shown to be corrected.</summary>
    public SentLines Sent => field ??= SentLines.Of(Text, Right(Preview).Contains);

    /// <summary>What is shown of the preview's lines.</summary>
    public Parts Parts => new("lines", Part, Preview!.Lines.Count);

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is not { } text)
            return Page();
        Text = text;
        await PreviewAsync(await ReadFileAsync(text, cancellationToken), cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostImportAsync(CancellationToken cancellationToken)
    {
        var file = await ReadFileAsync(Text ?? "", cancellationToken);
        await PreviewAsync(file, cancellationToken);
        if (Preview!.IsFaulty)
            return Page();
        if (Preview.Fingerprint != Previewed)
        {
            Blame("", T["Whitelist.ChangedMeanwhile"]);
            return Page();
        }

        await whitelist.ImportAsync(Merchant.Id, file.Settings, Actor, dryRun: false, cancellationToken);
        return Done(At("whitelist"), "Whitelist.SaidImported");
    }

    private static HashSet<int> Right(WhitelistPreview? preview) => [.. preview?.Lines.Where(line => !line.IsFaulty).Select(line => line.Line.Number) ?? []];

    private async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (Upload is null or { Length: 0 })
        {
            if (string.IsNullOrWhiteSpace(Text))
                Blame(nameof(Upload), T["Whitelist.NoFile"]);
            return string.IsNullOrWhiteSpace(Text) ? null : Text;
        }

        if (Upload.Length > CsvRequest.MaximumBytes)
        {
            Blame(nameof(Upload), T["Whitelist.LargeFile"]);
            return null;
        }

        var text = await CsvText.ReadAsync(Upload.OpenReadStream(), cancellationToken);
        if (text is null)
            Blame(nameof(Upload), T["Whitelist.NotUtf8"]);
        return text;
    }

    private Task<WhitelistImportFile> ReadFileAsync(string text, CancellationToken cancellationToken) =>
        terminals.ReadImportAsync(Merchant.Id, registered => WhitelistImportFile.FromCsv(text, options.Value.Zone, registered), cancellationToken);

    private async Task PreviewAsync(WhitelistImportFile file, CancellationToken cancellationToken)
    {
        var settings = file.Settings;
        var outcomes = await whitelist.ImportAsync(Merchant.Id, settings, Actor, dryRun: true, cancellationToken);
        Preview = WhitelistPreview.Of(file, settings, outcomes);
    }
}
