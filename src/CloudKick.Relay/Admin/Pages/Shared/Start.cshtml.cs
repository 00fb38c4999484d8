using CloudKick.Relay.Admin.Frame;
using CloudKick.Relay.Security;
using Microsoft.AspNetCore.Mvc;

namespace CloudKick.Relay.Admin.Pages;

/// <summary>The relay's address without anything: leads to where the reader begins.</summary>
[RequireScope(Scopes.Account)]
internal sealed class StartPage(Navigation navigation) : AdminPage
{
    public override string Title => "Shared.Menu";

    public IActionResult OnGet() => LocalRedirect(navigation.Home(HttpContext, Caller));
}
