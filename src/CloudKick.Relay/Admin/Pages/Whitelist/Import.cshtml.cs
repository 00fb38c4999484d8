using System.Security.Cryptography;
using System.Text;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Whitelist;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>
/// Many terminals out of a CSV file. First what each line would do and what is wrong, and nothing is changed; then, when nothing is wrong,
/// all of it or nothing.
/// </summary>
[RequireScope(Scopes.WhitelistWrite), RequestSizeLimit(MaximumBytes)]
internal sealed class WhitelistImportPage(MerchantWhitelist whitelist) : MerchantPage
{
    /// <summary>So many lines are shown; those with faults first.</summary>
    public const int MaximumShown = 500;

    private const int MaximumBytes = 2 * WhitelistImportEndpoint.MaximumBytes;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    [BindProperty]
    public IFormFile? Upload { get; set; }

    [BindProperty]
    public string? Text { get; set; }

    /// <summary>What was previewed, when that is to be done.</summary>
    [BindProperty]
    public string? Previewed { get; set; }

    public override string Title => "Whitelist.ImportTitle";

    public WhitelistPreview? Preview { get; private set; }

    public async Task<IActionResult> OnPostAsync(CancellationToken cancellationToken)
    {
        if (await ReadAsync(cancellationToken) is not { } text)
            return Page();
        Text = text;
        ModelState.Remove(nameof(Text));
        await PreviewAsync(WhitelistImportFile.FromCsv(text), cancellationToken);
        return Page();
    }

    public async Task<IActionResult> OnPostImportAsync(CancellationToken cancellationToken)
    {
        var file = WhitelistImportFile.FromCsv(Text ?? "");
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

    private async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (Upload is null or { Length: 0 })
        {
            if (string.IsNullOrWhiteSpace(Text))
                Blame(nameof(Upload), T["Whitelist.NoFile"]);
            return string.IsNullOrWhiteSpace(Text) ? null : Text;
        }

        if (Upload.Length > WhitelistImportEndpoint.MaximumBytes)
        {
            Blame(nameof(Upload), T["Whitelist.LargeFile"]);
            return null;
        }

        try
        {
            using var reader = new StreamReader(Upload.OpenReadStream(), StrictUtf8);
            return await reader.ReadToEndAsync(cancellationToken);
        }
        catch (DecoderFallbackException)
        {
            Blame(nameof(Upload), T["Whitelist.NotUtf8"]);
            return null;
        }
    }

    private async Task PreviewAsync(WhitelistImportFile file, CancellationToken cancellationToken)
    {
        var settings = file.Settings;
        var outcomes = await whitelist.ImportAsync(Merchant.Id, settings, Actor, dryRun: true, cancellationToken);
        Preview = WhitelistPreview.Of(file, settings, outcomes);
    }
}

/// <summary>What an import would do.</summary>
/// <param name="Lines">Its lines: those with faults first, then the others.</param>
/// <param name="General">What is wrong with the file rather than with one of its lines.</param>
/// <param name="Faulty">How many lines have faults.</param>
/// <param name="Added">How many terminals would be added.</param>
/// <param name="Updated">How many entries would change.</param>
/// <param name="Unchanged">How many entries are as wanted.</param>
/// <param name="Fingerprint">Of all that: the same as long as the import would do the same.</param>
internal sealed record WhitelistPreview(
    IReadOnlyList<PreviewedLine> Lines, IReadOnlyList<ImportFault> General, int Faulty, int Added, int Updated, int Unchanged, string Fingerprint)
{
    public bool IsFaulty => Faulty > 0 || General.Count > 0;

    public static WhitelistPreview Of(WhitelistImportFile file, IReadOnlyList<WhitelistSetting> settings, IReadOnlyList<WhitelistImportOutcome> outcomes)
    {
        var outcomeOf = settings.Zip(outcomes).ToDictionary(pair => pair.First.TerminalId, pair => pair.Second, StringComparer.Ordinal);
        var faultsOf = file.Faults.Where(fault => fault.Number is not null).ToLookup(fault => fault.Number!.Value);
        var numbers = file.Lines.Select(line => line.Number).ToHashSet();
        PreviewedLine[] lines =
        [
            // A line that could not even be taken apart is no line of the file's.
            .. faultsOf.Where(faults => !numbers.Contains(faults.Key)).Select(faults => new PreviewedLine(new ImportLine(faults.Key, new WhitelistLine(), null), null, [.. faults])),
            .. file.Lines.Select(line => new PreviewedLine(line, line.Setting is null ? null : outcomeOf[line.Setting.TerminalId], [.. faultsOf[line.Number]])),
        ];
        int Count(WhitelistEffect effect) => outcomes.Count(outcome => outcome.Effect == effect);
        var effects = string.Join('\n', settings.Zip(outcomes).Select(pair => $"{pair.First.TerminalId} {pair.Second.Effect}"));
        return new WhitelistPreview(
            [.. lines.OrderBy(line => line.Faults.Count == 0).ThenBy(line => line.Line.Number)],
            [.. file.Faults.Where(fault => fault.Number is null)],
            lines.Count(line => line.Faults.Count > 0),
            Count(WhitelistEffect.Created), Count(WhitelistEffect.Updated), Count(WhitelistEffect.Unchanged),
            Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(effects))));
    }
}

/// <summary>One line of a preview.</summary>
/// <param name="Line">As it stands in the file.</param>
/// <param name="Outcome">What it would do; null when something is wrong with it.</param>
/// <param name="Faults">What is wrong.</param>
internal sealed record PreviewedLine(ImportLine Line, WhitelistImportOutcome? Outcome, IReadOnlyList<ImportFault> Faults);
