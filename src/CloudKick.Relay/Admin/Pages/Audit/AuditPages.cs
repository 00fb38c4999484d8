using System.Globalization;
using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Auditing;
using CloudKick.Relay.Database;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Who changed what: filtered, exported and checked; the same for a merchant and for the platform.</summary>
internal abstract class AuditPages(AuditLog log, IOptions<PageOptions> options) : AdminPage
{
    private static readonly string[] Families = ["whitelist.", "api-key.", "user.", "terminal.", "kick.", "merchant.", "support."];

    [BindProperty(SupportsGet = true)]
    public string? What { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Who { get; set; }

    [BindProperty(SupportsGet = true)]
    public string? Subject { get; set; }

    /// <summary>The first day.</summary>
    [BindProperty(SupportsGet = true)]
    public string? From { get; set; }

    /// <summary>The last day.</summary>
    [BindProperty(SupportsGet = true)]
    public string? Until { get; set; }

    public IReadOnlyList<AuditEntry> Entries { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    /// <summary>What a check found, when one was asked for.</summary>
    public AuditVerdict? Verdict { get; private set; }

    public IEnumerable<Choice> WhatChoices =>
        [new("", T["Shared.All"]), .. Families.Select(family => new Choice(family, T["Audit.Family-" + family.TrimEnd('.')]))];

    /// <summary>Whose chain; null: the platform's own.</summary>
    protected abstract MerchantId? Owner { get; }

    private AuditFilter Filter => new(
        Families.Contains(What) ? What! : "", Who?.Trim() ?? "", Subject?.Trim() ?? "",
        LocalMoment.BeginningOf(From, options.Value.Zone), LocalMoment.BeginningOf(Until, options.Value.Zone, daysLater: 1));

    // The same for links that lead on: only what narrows the list.
    private Dictionary<string, string?> FilterQuery
    {
        get
        {
            var filter = Filter;
            return new()
            {
                [nameof(What)] = filter.Action, [nameof(Who)] = filter.Who, [nameof(Subject)] = filter.Subject,
                [nameof(From)] = filter.From is null ? null : From, [nameof(Until)] = filter.Until is null ? null : Until,
            };
        }
    }

    public Task OnGetAsync(long? after, CancellationToken cancellationToken) => ReadAsync(after, cancellationToken);

    public IActionResult OnGetExport(string? format)
    {
        var (filter, owner) = (Filter, Owner);
        return format == "jsonl"
            ? new StreamedFile("application/jsonl; charset=utf-8", "audit.jsonl", (file, token) => AuditExport.WriteJsonLinesAsync(log.ReadAllAsync(owner, filter, token), file, token))
            : new StreamedFile("text/csv; charset=utf-8", "audit.csv", (file, token) => AuditExport.WriteCsvAsync(log.ReadAllAsync(owner, filter, token), file, token));
    }

    public async Task<IActionResult> OnPostVerifyAsync(CancellationToken cancellationToken)
    {
        Verdict = await log.VerifyAsync(Owner, cancellationToken);
        await ReadAsync(null, cancellationToken);
        return Page();
    }

    /// <summary>The address of a file of what is shown.</summary>
    public string ExportUrl(string format) =>
        Request.Path + QueryString.Create(new Dictionary<string, string?>(FilterQuery) { ["handler"] = "Export", ["format"] = format });

    /// <summary>How a reader calls whoever did it.</summary>
    public string NameOf(AuditEntry entry) => entry.ActorName ?? entry.Actor.Split(':')[0] switch
    {
        "cli" => T["Audit.Cli"],
        "operator" => T["Audit.Operator"],
        "support" => T["Audit.Support"],
        "user" => T["Audit.Removed"],
        _ => entry.Actor,
    };

    /// <summary>What was done, in a reader's words; null when there are none for it.</summary>
    public string? WordsOf(AuditEntry entry) => T.Find("Audit.Action-" + entry.Action);

    private async Task ReadAsync(long? after, CancellationToken cancellationToken)
    {
        var rows = await log.ListAsync(Owner, Filter, after, Paging.Size + 1, cancellationToken);
        Paging = Paging.Of(rows, row => row.ChainIndex.ToString(CultureInfo.InvariantCulture), Request, FilterQuery, out var shown);
        Entries = shown;
    }
}

/// <summary>A merchant's audit log.</summary>
[MerchantInRoute, RequireScope(Scopes.AuditRead)]
internal sealed class AuditPage(AuditLog log, IOptions<PageOptions> options) : AuditPages(log, options)
{
    public override string Title => "Audit.Title";

    protected override MerchantId? Owner => MerchantAtHand.Of(HttpContext).Id;
}

/// <summary>The platform's own audit log.</summary>
[RequireScope(Scopes.PlatformRead)]
internal sealed class PlatformAuditPage(AuditLog log, IOptions<PageOptions> options) : AuditPages(log, options)
{
    public override string Title => "Audit.TitlePlatform";

    protected override MerchantId? Owner => null;
}
