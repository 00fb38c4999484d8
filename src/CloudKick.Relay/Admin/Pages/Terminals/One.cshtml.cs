using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Diagnosis;
using CloudKick.Relay.Kicks;
using CloudKick.Relay.Kicks.Search;
using CloudKick.Relay.Languages;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.States;
using FluentValidation;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>One of a merchant's terminals: how it stands, why it does not come, and a button to kick it.</summary>
[RequireScope(Scopes.TerminalsRead, Scopes.KicksWrite)]
internal sealed class TerminalPage(
    Doctor doctor, TerminalStates states, KickSearch kicks, KickAcceptance acceptance, IValidator<KickRequest> validator,
    IOptions<PageOptions> options) : MerchantPage
{
    private const int RecentKicks = 5;

    [BindProperty]
    public string? Reference { get; set; }

    /// <summary>Kick also when it is known to be offline: it may come back within the kick's life.</summary>
    [BindProperty]
    public bool Anyway { get; set; }

    public override string Title => "Terminals.OneTitle";

    public TerminalRow Terminal { get; private set; } = null!;

    public DiagnosisAnswer Diagnosis { get; private set; } = null!;

    /// <summary>What to do about the first problem; null: there is none.</summary>
    public string? CausesFix => Diagnosis.Checks.FirstOrDefault(check => check.Verdict is CheckVerdict.Problem)?.Fix;

    /// <summary>Since when the merchant is disabled; null: it is not.</summary>
    public DateTime? MerchantDisabledAt { get; private set; }

    public IReadOnlyList<KickDetail> Kicks { get; private set; } = [];

    public IReadOnlyList<PresenceChange> Changes { get; private set; } = [];

    public bool IsCoupled => Terminal is { SessionId: not null, SessionClosedAt: null };

    public string Presence => Terminal.Connected switch { true => TerminalStatus.Online, false => TerminalStatus.Offline, null => TerminalStatus.NeverSeen };

    /// <summary>The kick that its last session followed.</summary>
    public string SessionKick => Terminal.SessionKickId is { } kick ? new KickId(kick).ToString() : "";

    public async Task<IActionResult> OnGetAsync(string terminalId, CancellationToken cancellationToken) =>
        await ReadAsync(terminalId, cancellationToken) ? Page() : NotFound();

    public async Task<IActionResult> OnPostKickAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!await ReadAsync(terminalId, cancellationToken))
            return NotFound();
        // Its own keys and people are refused before they get here.
        if (MerchantDisabledAt is not null)
        {
            Blame("", T["Terminals.Refused-merchant-disabled"]);
            return Page();
        }
        var request = new KickRequest
        {
            TerminalId = Terminal.TerminalId,
            ManagementSystemId = Terminal.ManagementSystemId,
            AccessProtocol = KickRequestValidator.AccessProtocol,
            Reference = string.IsNullOrWhiteSpace(Reference) ? null : Reference.Trim(),
            OnOffline = Anyway ? KickRequestValidator.TryOffline : KickRequestValidator.RefuseOffline,
        };
        if (validator.Validate(request) is { IsValid: false })
        {
            Blame(nameof(Reference), T["Terminals.BadReference"]);
            return Page();
        }

        // The platform's people kick on behalf of the merchant whose page it is.
        var (kick, problem) = await acceptance.AcceptAsync(
            Caller with { Merchant = Merchant.Id }, request, null, TimeSpan.Zero, TraceParent.Of(Request), cancellationToken);
        if (kick is not null)
            return LocalRedirect(At($"kicks/{new KickId(kick.KickId)}"));
        Blame("", T.Find("Terminals.Refused-" + problem!.Type.Code) ?? problem.Detail);
        return Page();
    }

    private async Task<bool> ReadAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId) || await doctor.ExamineAsync(Merchant.Id, terminalId, cancellationToken) is not var (evidence, findings))
            return false;
        Terminal = evidence.Terminal;
        MerchantDisabledAt = evidence.MerchantDisabledAt;
        Diagnosis = DiagnosisTexts.Describe(evidence, findings, Language.Current, options.Value.Zone);
        Changes = await states.ChangesAsync(Merchant.Id, terminalId, cancellationToken);
        if (May(Scopes.KicksRead))
            Kicks = await kicks.ListAsync(Merchant.Id, new KickQuery { TerminalId = terminalId }, null, RecentKicks, cancellationToken);
        return true;
    }
}
