using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Kicks.Search;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>Finds a merchant's kicks.</summary>
[RequireScope(Scopes.KicksRead)]
internal sealed class KicksPage(KickSearch search, IOptions<PageOptions> options) : MerchantPage
{
    private const int MaximumReference = 100;

    public override string Title => "Kicks.Title";

    public string Terminal { get; private set; } = "";

    public string Reference { get; private set; } = "";

    public string? Outcome { get; private set; }

    /// <summary>As the input has it, in the platform's time zone.</summary>
    public string? From { get; private set; }

    /// <inheritdoc cref="From"/>
    public string? Until { get; private set; }

    public IReadOnlyList<KickDetail> Kicks { get; private set; } = [];

    public Paging Paging { get; private set; } = new(null, null);

    public async Task OnGetAsync(
        string? terminal, string? reference, string? outcome, string? from, string? until, string? after, CancellationToken cancellationToken)
    {
        (Terminal, Reference, From, Until) = (terminal?.Trim() ?? "", reference?.Trim() ?? "", from, until);
        Outcome = KickOutcome.All.Contains(outcome) ? outcome : null;
        if (Terminal.Length > 0 && !TerminalId.IsWellFormed(Terminal))
            Blame("terminal", T["Kicks.BadTerminal"]);
        if (Reference.Length > MaximumReference)
            Blame("reference", T["Kicks.BadReference"]);
        var since = Moment("from", from);
        var end = Moment("until", until);
        if (!ModelState.IsValid)
            return;

        var query = new KickQuery
        {
            TerminalId = Terminal.Length > 0 ? Terminal : null,
            Reference = Reference.Length > 0 ? Reference : null,
            States = Outcome is null ? null : KickOutcome.StatesOf(Outcome),
            From = since,
            Until = end,
        };
        KickId? before = KickId.TryParse(after, out var seen) ? seen : null;
        var rows = await search.ListAsync(Merchant.Id, query, before, Paging.Size + 1, cancellationToken);
        var filter = new Dictionary<string, string?>
        {
            ["terminal"] = Terminal, ["reference"] = Reference, ["outcome"] = Outcome, ["from"] = From, ["until"] = Until,
        };
        Paging = Paging.Of(rows, row => row.Id.ToString(), Request, filter, out var shown);
        Kicks = shown;
    }

    private DateTimeOffset? Moment(string field, string? text)
    {
        if (!LocalMoment.TryRead(text, options.Value.Zone, out var moment))
            Blame(field, T["Kicks.BadMoment"]);
        return moment;
    }
}
