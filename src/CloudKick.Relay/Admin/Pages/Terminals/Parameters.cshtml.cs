using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using CloudKick.Relay.Terminals;
using CloudKick.Relay.Terminals.Parameters;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>A terminal's parameter sheet, to print: a page of its own.</summary>
[RequireScope(Scopes.TerminalsRead)]
internal sealed class ParametersPage(TerminalDirectory directory, ParameterSheets sheets) : MerchantPage
{
    public override string Title => "Terminals.Parameters";

    public async Task<IActionResult> OnGetAsync(string terminalId, CancellationToken cancellationToken)
    {
        if (!TerminalId.IsWellFormed(terminalId) || await directory.FindAsync(Merchant.Id, terminalId, cancellationToken) is not { } terminal)
            return NotFound();
        var choice = ParameterSheetChoice.Of(Request, ParameterSheetChoice.Html, PageLanguage.Current, out _);
        await new ParameterSheetResult(sheets.For(terminal), choice).ExecuteAsync(HttpContext);
        return new EmptyResult();
    }
}
